/** A map or mask over the tokens of an image, rows from the top. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** 1 where the subject is, 0 elsewhere. */
export type Mask = Uint8Array;

const OTSU_BINS = 256;

/** Values moved and scaled to [0, 1]; a flat map becomes zeros. */
export function minMax(values: Float32Array): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  return range > 0 ? values.map((value) => (value - low) / range) : new Float32Array(values.length);
}

/**
 * Otsu's threshold of values in [0, 1]: of the borders of a 256-bin histogram, the one between two classes that are
 * furthest apart (maximal between-class variance); the first of equals. Values at or above it are the upper class.
 * N. Otsu, "A threshold selection method from gray-level histograms", 1979.
 */
export function otsuThreshold(values: Float32Array): number {
  const histogram = new Float64Array(OTSU_BINS);
  for (const value of values) {
    const bin = Math.min(OTSU_BINS - 1, Math.max(0, Math.floor(value * OTSU_BINS)));
    histogram[bin] = (histogram[bin] as number) + 1;
  }
  const total = values.length;
  const sum = histogram.reduce((s, n, bin) => s + n * bin, 0);
  let [below, sumBelow, best, border] = [0, 0, -1, 0];
  for (let bin = 0; bin < OTSU_BINS - 1; bin++) {
    below += histogram[bin] as number;
    sumBelow += bin * (histogram[bin] as number);
    if (below === 0 || below === total) continue;
    const distance = sumBelow / below - (sum - sumBelow) / (total - below);
    const variance = below * (total - below) * distance * distance;
    if (variance > best) [best, border] = [variance, bin + 1];
  }
  return border / OTSU_BINS;
}

/**
 * Where a concept is: each of its words by itself (min-max, Otsu), then the union (paper §4.1). A flat map, which no
 * threshold can split, gives an empty mask.
 * @param maps one attention map per word, each over the same grid
 */
export function subjectMask(maps: readonly Float32Array[]): Mask {
  const masks = maps.map((map) => {
    const normal = minMax(map);
    const threshold = otsuThreshold(normal);
    return Uint8Array.from(normal, (value) => (value > 0 && value >= threshold ? 1 : 0));
  });
  return unionMasks(masks, maps[0]?.length ?? 0);
}

export function unionMasks(masks: readonly Mask[], length: number): Mask {
  const union = new Uint8Array(length);
  for (const mask of masks) {
    for (let i = 0; i < length; i++) if (mask[i]) union[i] = 1;
  }
  return union;
}

/**
 * A mask at another resolution. Where one token stands for several, it belongs to the subject if at least half of
 * them do; where several stand for one, all of them follow it.
 */
export function resizeMask(mask: Mask, from: Grid, to: Grid): Mask {
  if (from.height === to.height && from.width === to.width) return mask;
  const out = new Uint8Array(to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    const [top, bottom] = span(y, to.height, from.height);
    for (let x = 0; x < to.width; x++) {
      const [left, right] = span(x, to.width, from.width);
      let inside = 0;
      for (let v = top; v < bottom; v++) {
        for (let u = left; u < right; u++) inside += mask[v * from.width + u] as number;
      }
      out[y * to.width + x] = 2 * inside >= (bottom - top) * (right - left) ? 1 : 0;
    }
  }
  return out;
}

/** The stretch [start, end) of `from` cells that cell `at` of `to` cells covers; never empty. */
function span(at: number, to: number, from: number): [number, number] {
  const start = Math.floor((at * from) / to);
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / to))];
}

export const coverage = (mask: Mask): number => (mask.length === 0 ? 0 : mask.reduce((n, m) => n + m, 0) / mask.length);
