import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { cellAt } from '../../inspection/region.ts';

/** 8-bit sRGB; about the mean of the pictures that CLIP was trained on, so that it says little. */
const GREY = [122, 116, 104] as const;

/**
 * The part of a picture that a mask covers, in grey: the smallest square that holds it, as far as the picture reaches.
 * @returns undefined for an empty mask
 */
export function cutOut(image: RasterImage, mask: Mask, grid: Grid): RasterImage | undefined {
  const box = boxAround(image, mask, grid);
  if (!box) return undefined;
  const { left, top, width, height } = box;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = (top + Math.floor(pixel / width)) * image.width + left + (pixel % width);
    const isInside = mask[cellAt(at, image, grid)];
    rgb.set(isInside ? image.rgb.subarray(at * 3, at * 3 + 3) : GREY, pixel * 3);
  }
  return { width, height, rgb };
}

function boxAround(image: RasterImage, mask: Mask, grid: Grid) {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  mask.forEach((inside, cell) => {
    if (!inside) return;
    const [x, y] = [cell % grid.width, Math.floor(cell / grid.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  });
  if (right === 0) return undefined;
  const [across, down] = [image.width / grid.width, image.height / grid.height];
  const side = Math.round(Math.max((right - left) * across, (bottom - top) * down));
  const along = (middle: number, length: number) => {
    const size = Math.min(side, length);
    return { start: Math.min(length - size, Math.max(0, Math.round(middle - size / 2))), size };
  };
  const x = along(((left + right) / 2) * across, image.width);
  const y = along(((top + bottom) / 2) * down, image.height);
  return { left: x.start, top: y.start, width: x.size, height: y.size };
}
