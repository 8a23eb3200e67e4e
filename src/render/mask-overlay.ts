import type { RasterImage } from '../engine/raster-image.ts';
import { dim } from './dimming.ts';

export interface MaskPicture {
  readonly width: number;
  readonly height: number;
  /** Rows from the top; 0 outside, 1 inside, in between for soft masks. */
  readonly data: Uint8Array | Float32Array;
}

/** The outline's colour where the mask's border runs; not a colour of most drawings. */
const OUTLINE: readonly [number, number, number] = [0xff, 0x2d, 0x95];
const INSIDE = 0.5;

export interface MaskOverlayOptions {
  /** RGB of the outline, 0 to 255: one for each concept. */
  readonly color?: readonly [number, number, number];
  /** Outline's width in pixels of the picture. Default: 1 for each 128 pixels of width. */
  readonly lineWidth?: number;
}

/** The picture with everything outside the mask dimmed and the mask's border drawn; the size is the picture's. */
export function renderMaskOverlay(
  image: RasterImage,
  mask: MaskPicture,
  options: MaskOverlayOptions = {},
): RasterImage {
  if (mask.data.length !== mask.width * mask.height) {
    throw new RangeError(`Expected a mask of ${mask.width} x ${mask.height}, but got ${mask.data.length} values`);
  }
  const { width, height } = image;
  const color = options.color ?? OUTLINE;
  const lineWidth = options.lineWidth ?? Math.max(1, Math.round(width / 128));
  // Nearest mask cell: the picture shows what the engine used, not a smoothed form of it.
  const coverage = (x: number, y: number): number => {
    const column = Math.min(mask.width - 1, Math.max(0, Math.floor(((x + 0.5) * mask.width) / width)));
    const row = Math.min(mask.height - 1, Math.max(0, Math.floor(((y + 0.5) * mask.height) / height)));
    return mask.data[row * mask.width + column] ?? 0;
  };
  const isBorder = (x: number, y: number): boolean =>
    coverage(x, y) >= INSIDE &&
    (coverage(x - lineWidth, y) < INSIDE ||
      coverage(x + lineWidth, y) < INSIDE ||
      coverage(x, y - lineWidth) < INSIDE ||
      coverage(x, y + lineWidth) < INSIDE);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const [r = 0, g = 0, b = 0] = image.rgb.subarray(at, at + 3);
      if (isBorder(x, y)) {
        rgb.set(color, at);
        continue;
      }
      const share = Math.min(1, Math.max(0, coverage(x, y)));
      const [dr, dg, db] = dim(r, g, b);
      rgb[at] = Math.round(dr + (r - dr) * share);
      rgb[at + 1] = Math.round(dg + (g - dg) * share);
      rgb[at + 2] = Math.round(db + (b - db) * share);
    }
  }
  return { width, height, rgb };
}
