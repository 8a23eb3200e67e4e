import type { RasterImage } from '../engine/raster-image.ts';
import { type Bitmap, type Layer, rasterizeSvg, resample } from './canvas.ts';
import type { Rect, Size } from './page-layout.ts';
import { THEME } from './theme.ts';
import { type TextStyle, typeset } from './typeset.ts';

const CORNER_OF_WIDTH = 1 / 24;
const OUTLINE_OF_WIDTH = 1 / 128;
const BADGE_OF_WIDTH = 1 / 9;
const BADGE_TEXT_OF_BADGE = 0.6;

export interface FramedPanel {
  readonly image: RasterImage;
  readonly rect: Rect;
  /** Shown in a badge in the corner, so that people can name the panel that they mean. */
  readonly number?: number | undefined;
}

/** The layers of all panels: pictures with round corners, outlines, number badges. */
export async function framePanels(panels: readonly FramedPanel[], page: Size): Promise<Layer[]> {
  const pictures: Layer[] = [];
  const numbers: Layer[] = [];
  const shapes: string[] = [];
  for (const { image, rect, number } of panels) {
    const shown = fitInside(rect, image);
    const corner = Math.round(rect.width * CORNER_OF_WIDTH);
    const stroke = Math.max(1, rect.width * OUTLINE_OF_WIDTH);
    const enlarged = await resample(image, shown.width, shown.height);
    pictures.push({ bitmap: roundCorners(enlarged, corner), left: shown.left, top: shown.top });
    shapes.push(
      `<rect x="${shown.left + stroke / 2}" y="${shown.top + stroke / 2}" width="${shown.width - stroke}" ` +
        `height="${shown.height - stroke}" rx="${Math.max(0, corner - stroke / 2)}" fill="none" ` +
        `stroke="${THEME.outline}" stroke-width="${stroke}"/>`,
    );
    if (number !== undefined) {
      const size = Math.round(rect.width * BADGE_OF_WIDTH);
      const centreX = shown.left + size * 0.78;
      const centreY = shown.top + size * 0.78;
      shapes.push(
        `<circle cx="${centreX}" cy="${centreY}" r="${size / 2}" fill="${THEME.badge}" fill-opacity="0.92" ` +
          `stroke="${THEME.outline}" stroke-width="${stroke * 0.7}"/>`,
      );
      const style: TextStyle = {
        face: 'title',
        sizePixels: Math.round(size * BADGE_TEXT_OF_BADGE),
        color: THEME.badgeInk,
      };
      const { bitmap } = await typeset(String(number), style, size, 1);
      if (bitmap) {
        const left = Math.round(centreX - bitmap.width / 2);
        numbers.push({ bitmap, left, top: Math.round(centreY - bitmap.height / 2) });
      }
    }
  }
  const outlines = await rasterizeSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}">${shapes.join('')}</svg>`,
  );
  return [...pictures, { bitmap: outlines, left: 0, top: 0 }, ...numbers];
}

/** The largest rectangle of the picture's aspect in the middle of a cell. */
function fitInside(cell: Rect, image: Size): Rect {
  const scale = Math.min(cell.width / image.width, cell.height / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  return {
    left: cell.left + ((cell.width - width) >> 1),
    top: cell.top + ((cell.height - height) >> 1),
    width,
    height,
  };
}

function roundCorners(image: RasterImage, radius: number): Bitmap {
  const { width, height, rgb } = image;
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    // Distance of the pixel's centre from the inner rectangle that the corners' circles are drawn around.
    const dy = Math.max(radius - (y + 0.5), y + 0.5 - (height - radius), 0);
    for (let x = 0; x < width; x++) {
      const dx = Math.max(radius - (x + 0.5), x + 0.5 - (width - radius), 0);
      const coverage = Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5));
      const pixel = y * width + x;
      rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
      rgba[pixel * 4 + 3] = radius === 0 ? 255 : Math.round(255 * coverage);
    }
  }
  return { width, height, rgba };
}
