import type { RasterImage } from '../../../src/engine/raster-image.ts';

type Rgb = readonly [number, number, number];

export const GRID = { height: 4, width: 4 };
/** the left half of the grid */
export const LEFT = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0);
export const NOWHERE = new Uint8Array(16);

/** A picture of 8 x 8: one colour in the left half, another in the right. */
export function halves(left: Rgb, right: Rgb): RasterImage {
  const rgb = new Uint8Array(8 * 8 * 3);
  for (let i = 0; i < 64; i++) rgb.set(i % 8 < 4 ? left : right, i * 3);
  return { width: 8, height: 8, rgb };
}

export const RED: Rgb = [214, 64, 58];
export const GREEN: Rgb = [98, 176, 84];
export const BLUE: Rgb = [74, 134, 216];
export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];
