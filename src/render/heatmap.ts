import type { RasterImage } from '../engine/raster-image.ts';
import { viridis } from './viridis.ts';

/** Values that are not numbers are shown in this grey, so that they are seen and not taken for a low value. */
const NOT_A_NUMBER = [0x80, 0x80, 0x80] as const;

export interface HeatmapOptions {
  /** Values shown darkest and brightest; default: the least and the greatest finite value. */
  readonly range?: { readonly min: number; readonly max: number };
  /** Each value becomes a square of so many pixels. Default 1. */
  readonly cellSize?: number;
}

/**
 * A map of values (attention, similarity) in viridis.
 * @param values height * width, rows from the top
 */
export function renderHeatmap(
  values: Float32Array | readonly number[],
  width: number,
  height: number,
  { range, cellSize = 1 }: HeatmapOptions = {},
): RasterImage {
  if (values.length !== width * height) {
    throw new RangeError(`Expected ${width} x ${height} values, but got ${values.length}`);
  }
  let min = range?.min ?? Number.POSITIVE_INFINITY;
  let max = range?.max ?? Number.NEGATIVE_INFINITY;
  if (!range) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  const span = max - min || 1; // a flat map is all darkest
  const rgb = new Uint8Array(width * cellSize * height * cellSize * 3);
  for (let y = 0; y < height * cellSize; y++) {
    for (let x = 0; x < width * cellSize; x++) {
      const value = values[Math.floor(y / cellSize) * width + Math.floor(x / cellSize)] ?? Number.NaN;
      rgb.set(Number.isNaN(value) ? NOT_A_NUMBER : viridis((value - min) / span), (y * width * cellSize + x) * 3);
    }
  }
  return { width: width * cellSize, height: height * cellSize, rgb };
}
