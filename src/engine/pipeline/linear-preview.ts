import type { RasterImage } from '../raster-image.ts';

/**
 * A picture's colours as a linear function of its latents, one pixel per latent: what previews of a model without a
 * small decoder are made by. The function is fitted to the autoencoder itself, so that it suits every one of them.
 */
export interface LatentColours {
  /** [C + 1][3]: of each channel, and a constant; of pixels in [-1, 1] */
  readonly rows: readonly (readonly number[])[];
}

const COLOURS = 3;
const LEVELS = [-0.9, -0.3, 0.3, 0.9] as const;
/** patches of colour along a side of the calibration picture: each combination of the levels once */
const PATCHES = 8;
/** coprime to the number of patches: neighbours get colours far apart */
const SHUFFLE = 27;
/** latents between the middles of two patches */
const LATENTS_PER_PATCH = 4;
/** Sides of the calibration picture, in latents. */
export const CALIBRATION_SIDE = PATCHES * LATENTS_PER_PATCH;

/** Share of the way from one patch's middle to the next's in which nothing changes. */
const EVEN = 1 / 2;

/**
 * The picture that colours are learnt from: all mixtures of four levels of red, green and blue, each in a patch of its
 * own, even inside and going over into each other. Pictures from random latents, whose colours no picture has, were
 * worse to learn from; hard edges suited one autoencoder and smooth changes another (docs/models.md, "Previews").
 * @param downscale pixels per latent
 */
export function calibrationPicture(downscale: number): RasterImage {
  const side = CALIBRATION_SIDE * downscale;
  const perPatch = side / PATCHES;
  const rgb = new Uint8Array(side * side * COLOURS);
  for (let y = 0; y < side; y++) {
    const [top, bottom, down] = between(y, perPatch);
    for (let x = 0; x < side; x++) {
      const [left, right, across] = between(x, perPatch);
      for (let c = 0; c < COLOURS; c++) {
        const upper = patchLevel(top, left, c) * (1 - across) + patchLevel(top, right, c) * across;
        const lower = patchLevel(bottom, left, c) * (1 - across) + patchLevel(bottom, right, c) * across;
        rgb[(y * side + x) * COLOURS + c] = toByte(upper * (1 - down) + lower * down);
      }
    }
  }
  return { width: side, height: side, rgb };
}

/** The two patches that a pixel lies between, and how far it is on the way. */
function between(pixel: number, perPatch: number): [number, number, number] {
  const at = Math.min(PATCHES - 1, Math.max(0, (pixel + 0.5) / perPatch - 0.5));
  const first = Math.min(PATCHES - 2, Math.floor(at));
  const past = (at - first - 1 / 2) / (1 - EVEN) + 1 / 2;
  return [first, first + 1, Math.min(1, Math.max(0, past))];
}

function patchLevel(row: number, column: number, colour: number): number {
  const mixture = ((row * PATCHES + column) * SHUFFLE) % PATCHES ** 2;
  return LEVELS[Math.floor(mixture / LEVELS.length ** colour) % LEVELS.length] as number;
}

/**
 * The linear function from latents to colours that is nearest to a picture by least squares.
 * @param latents [C, H, W] of the picture
 */
export function fitColours(
  latents: Float32Array,
  { width, height, rgb }: RasterImage,
  downscale: number,
): LatentColours {
  const [columns, area] = [width / downscale, (width * height) / downscale ** 2];
  const channels = latents.length / area;
  const size = channels + 1;
  // normal equations, colours to the right of them
  const system = Array.from({ length: size }, () => new Float64Array(size + COLOURS));
  for (let at = 0; at < area; at++) {
    const row = Array.from({ length: channels }, (_, c) => latents[c * area + at] as number);
    const wanted = meanColour(rgb, width, Math.floor(at / columns) * downscale, (at % columns) * downscale, downscale);
    const values = [...row, 1];
    const line = [...values, ...wanted];
    for (const [i, value] of values.entries()) {
      const equation = system[i] as Float64Array;
      for (const [j, other] of line.entries()) equation[j] = (equation[j] as number) + value * other;
    }
  }
  return { rows: solve(system) };
}

/** @returns [3], in [-1, 1] */
function meanColour(rgb: Uint8Array, width: number, top: number, left: number, side: number): number[] {
  return Array.from({ length: COLOURS }, (_, c) => {
    let sum = 0;
    for (let y = top; y < top + side; y++) {
      for (let x = left; x < left + side; x++) sum += rgb[(y * width + x) * COLOURS + c] as number;
    }
    return (sum / side ** 2 / 255) * 2 - 1;
  });
}

/** Added to the diagonal, in parts of it: a channel that never changes must not divide by zero. */
const RIDGE = 1e-6;

/** Gauss-Jordan elimination with pivots on the diagonal: the matrix is symmetric and positive definite. */
function solve(system: Float64Array[]): number[][] {
  for (const [i, equation] of system.entries()) {
    equation[i] = (equation[i] as number) * (1 + RIDGE) + Number.MIN_VALUE;
  }
  for (const [i, pivot] of system.entries()) {
    const divisor = pivot[i] as number;
    for (let j = 0; j < pivot.length; j++) pivot[j] = (pivot[j] as number) / divisor;
    for (const [k, equation] of system.entries()) {
      if (k === i) continue;
      const factor = equation[i] as number;
      for (let j = 0; j < pivot.length; j++) equation[j] = (equation[j] as number) - factor * (pivot[j] as number);
    }
  }
  return system.map((equation) => [...equation.subarray(system.length)]);
}

/** Latents [C, H, W] -> a picture of as many pixels as there are latents. */
export function estimateColours(
  { rows }: LatentColours,
  latents: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): RasterImage {
  const area = width * height;
  const constant = rows.at(-1) as readonly number[];
  const rgb = new Uint8Array(area * COLOURS);
  for (let at = 0; at < area; at++) {
    for (let c = 0; c < COLOURS; c++) {
      let value = constant[c] as number;
      for (let channel = 0; channel < rows.length - 1; channel++) {
        value += (rows[channel]?.[c] as number) * (latents[channel * area + at] as number);
      }
      rgb[at * COLOURS + c] = toByte(value);
    }
  }
  return { width, height, rgb };
}

/** [-1, 1] -> byte */
const toByte = (value: number): number => Math.round((Math.min(1, Math.max(-1, value)) / 2 + 0.5) * 255);
