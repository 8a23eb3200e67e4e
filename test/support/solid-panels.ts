import type { RasterImage } from '../../src/engine/raster-image.ts';

export type Rgb = readonly [number, number, number];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A colour of its own for each panel number, far from the themes' papers and inks. */
export function panelColour(index: number): Rgb {
  return [20 + (index % 8) * 25, 200 - Math.floor(index / 8) * 20, 240];
}

export function solidPanel(index: number, width = 128, height = width): RasterImage {
  const rgb = new Uint8Array(width * height * 3);
  const colour = panelColour(index);
  for (let i = 0; i < width * height; i++) rgb.set(colour, i * 3);
  return { width, height, rgb };
}

/** The box around all pixels of exactly this colour. */
export function boxOf(page: RasterImage, [r, g, b]: Rgb): Box | undefined {
  let box: Box | undefined;
  for (let y = 0; y < page.height; y++) {
    for (let x = 0; x < page.width; x++) {
      const at = (y * page.width + x) * 3;
      if (page.rgb[at] !== r || page.rgb[at + 1] !== g || page.rgb[at + 2] !== b) continue;
      box = {
        left: Math.min(box?.left ?? x, x),
        top: Math.min(box?.top ?? y, y),
        right: Math.max(box?.right ?? x, x),
        bottom: Math.max(box?.bottom ?? y, y),
      };
    }
  }
  return box;
}

/** True when every pixel of the rectangle is of this colour. */
export function isPlain(page: RasterImage, box: Box, [r, g, b]: Rgb): boolean {
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const at = (y * page.width + x) * 3;
      if (page.rgb[at] !== r || page.rgb[at + 1] !== g || page.rgb[at + 2] !== b) return false;
    }
  }
  return true;
}
