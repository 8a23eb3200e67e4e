import type { RasterImage } from '../engine/raster-image.ts';
import { oklabOf } from './oklab.ts';

/** Half the side of the window around a pixel. */
const REACH = 2;
/** Range of OKLab lightness (black to white is 1) in the window: below the first it is flat, from the second on an edge. */
const FLAT = 0.02;
const EDGE = 0.1;

/**
 * Share of a picture that is neither flat nor an edge: blotches and smudged outlines. A drawing that was finished has
 * plain surfaces and clear lines; one that was left half-way has neither. Blind to details that are crisp but wrong, and
 * meant for drawings: a photograph is full of texture.
 * @returns 0 to 1
 */
export function smudgedShare(image: RasterImage): number {
  const { width, height } = image;
  const lightness = lightnessOf(image);
  const lows = windowed(lightness, width, height, Math.min);
  const highs = windowed(lightness, width, height, Math.max);
  let smudged = 0;
  for (let i = 0; i < lightness.length; i++) {
    const range = (highs[i] as number) - (lows[i] as number);
    if (range >= FLAT && range < EDGE) smudged++;
  }
  return smudged / lightness.length;
}

function lightnessOf({ rgb, width, height }: RasterImage): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [r = 0, g = 0, b = 0] = rgb.subarray(i * 3, i * 3 + 3);
    return oklabOf(r, g, b)[0];
  });
}

/** The least or greatest value in the square window around each pixel, first along rows, then along columns. */
function windowed(
  values: Float32Array,
  width: number,
  height: number,
  pick: (a: number, b: number) => number,
): Float32Array {
  const along = (from: Float32Array, step: number, length: number, at: (i: number) => number) =>
    from.map((value, i) => {
      const place = at(i);
      let found = value;
      for (let d = -Math.min(REACH, place); d <= Math.min(REACH, length - 1 - place); d++) {
        found = pick(found, from[i + d * step] as number);
      }
      return found;
    });
  const rows = along(values, 1, width, (i) => i % width);
  return along(rows, width, height, (i) => Math.floor(i / width));
}
