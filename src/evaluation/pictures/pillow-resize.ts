import type { RasterImage } from '../../engine/raster-image.ts';

const CHANNELS = 3;

/** Of Pillow's fixed-point weights; libImaging's Resample.c */
const PRECISION = 2 ** 22;

interface Kernel {
  readonly weight: (x: number) => number;
  /** where it ends, in pixels of the smaller picture */
  readonly support: number;
}

const KERNELS = {
  bilinear: { weight: (x: number) => Math.max(0, 1 - Math.abs(x)), support: 1 },
  bicubic: { weight: cubic, support: 2 },
} as const satisfies Record<string, Kernel>;

export type PillowFilter = keyof typeof KERNELS;

/**
 * A picture at another size, to the byte as Pillow 13's `resize` makes it, which nets' preprocessors use: across, then
 * down, rounded each time; the kernel widens where pictures get smaller. Where the height shrinks by more than twice as
 * many pixels as the width, Pillow begins with it. libvips has the same kernels, but where it
 * enlarges its pictures lie up to half a pixel elsewhere, which moves bytes by up to 26 (mean 6) in a noisy picture.
 */
export function pillowResize(image: RasterImage, width: number, height: number, filter: PillowFilter): RasterImage {
  const kernel = KERNELS[filter];
  const across = (rgb: Uint8Array, lines: number) =>
    along(rgb, { lines, from: image.width, to: width, step: CHANNELS }, kernel);
  // columns, as lines
  const down = (rgb: Uint8Array, lines: number) =>
    along(rgb, { lines, from: image.height, to: height, step: lines * CHANNELS }, kernel);
  const shrunk = image.height - height;
  const downFirst = shrunk > 0 && shrunk > (image.width - width) * 2;
  const rgb = downFirst ? across(down(image.rgb, image.width), height) : down(across(image.rgb, image.height), width);
  return { width, height, rgb };
}

interface Axis {
  /** how many lines of pixels run along the axis */
  readonly lines: number;
  readonly from: number;
  readonly to: number;
  /** bytes from one pixel to the next along the axis */
  readonly step: number;
}

function along(bytes: Uint8Array, { lines, from, to, step }: Axis, kernel: Kernel): Uint8Array {
  const out = new Uint8ClampedArray(lines * to * CHANNELS);
  const isAcross = step === CHANNELS;
  for (let at = 0; at < to; at++) {
    const { start, weights } = window(at, from, to, kernel);
    for (let line = 0; line < lines; line++) {
      const source = (isAcross ? line * from * CHANNELS : line * CHANNELS) + start * step;
      const target = isAcross ? (line * to + at) * CHANNELS : (at * lines + line) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) {
          sum += (weights[k] as number) * (bytes[source + k * step + channel] as number);
        }
        out[target + channel] = Math.floor(sum / PRECISION + 0.5);
      }
    }
  }
  return new Uint8Array(out.buffer);
}

/** Which pixels a pixel is made of, and with which weights, in fixed point: they sum to 1 also where the picture ends. */
function window(at: number, from: number, to: number, kernel: Kernel): { start: number; weights: Float64Array } {
  const scale = from / to;
  const widened = Math.max(1, scale);
  const centre = (at + 0.5) * scale;
  const reach = kernel.support * widened;
  const start = Math.max(0, Math.floor(centre - reach + 0.5));
  const end = Math.min(from, Math.floor(centre + reach + 0.5));
  const raw = Float64Array.from({ length: end - start }, (_, k) => kernel.weight((start + k - centre + 0.5) / widened));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return { start, weights: raw.map((weight) => roundAway((weight / sum) * PRECISION)) };
}

/** To the nearest whole number, halves away from zero. */
const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** Keys' cubic convolution with the coefficient -0.5, as Pillow's. */
function cubic(at: number): number {
  const x = Math.abs(at);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}
