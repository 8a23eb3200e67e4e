import type { Grid, Mask } from '../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../engine/raster-image.ts';
import { type Oklab, oklabOf } from './oklab.ts';

/** The mask's cell that a point of a larger or smaller grid lies in. */
export function cellAt(index: number, of: Grid, mask: Grid): number {
  const y = Math.floor(((Math.floor(index / of.width) + 0.5) * mask.height) / of.height);
  const x = Math.floor((((index % of.width) + 0.5) * mask.width) / of.width);
  return y * mask.width + x;
}

export const complement = (mask: Mask): Mask => mask.map((inside) => (inside ? 0 : 1));

export const inBoth = (one: Mask, other: Mask): Mask => one.map((inside, i) => (inside && other[i] ? 1 : 0));

/** The colours of a picture where the mask is 1. */
export function coloursIn(image: RasterImage, mask: Mask, grid: Grid): Oklab[] {
  const colours: Oklab[] = [];
  for (let i = 0; i < image.width * image.height; i++) {
    if (!mask[cellAt(i, image, grid)]) continue;
    const [r = 0, g = 0, b = 0] = image.rgb.subarray(i * 3, i * 3 + 3);
    colours.push(oklabOf(r, g, b));
  }
  return colours;
}
