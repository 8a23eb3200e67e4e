import type { Oklab } from './oklab.ts';

/** Lightness is told coarsely, hue and chroma finely: shade and light change the first more than the others. */
const BINS = [4, 12, 12] as const;
const LOW = [0, -0.3, -0.3] as const;
const HIGH = [1, 0.3, 0.3] as const;

/**
 * Shares of the colours in the cells of OKLab, [4 * 12 * 12]. Each colour is spread linearly over the 8 cells whose
 * centres surround it, so that a small change of colour is a small change of the histogram. Sums to 1.
 * @returns undefined for no colours
 */
export function colourHistogram(colours: readonly Oklab[]): Float64Array | undefined {
  if (colours.length === 0) return undefined;
  const histogram = new Float64Array(BINS[0] * BINS[1] * BINS[2]);
  for (const colour of colours) {
    const places = colour.map((value, axis) => place(value, axis));
    for (let corner = 0; corner < 8; corner++) {
      let [cell, weight] = [0, 1];
      places.forEach(({ bin, beyond }, axis) => {
        const upper = (corner >> axis) & 1;
        const bins = BINS[axis] as number;
        cell = cell * bins + Math.min(bins - 1, bin + upper);
        weight *= upper ? beyond : 1 - beyond;
      });
      histogram[cell] = (histogram[cell] as number) + weight / colours.length;
    }
  }
  return histogram;
}

/** Share that two histograms have in common (Swain and Ballard 1991): 1 the same, 0 no colour in common. */
export function histogramIntersection(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, share, cell) => sum + Math.min(share, other[cell] as number), 0);
}

/** The cell whose centre is at or below the value, and how far on the way to the next centre the value lies. */
function place(value: number, axis: number): { readonly bin: number; readonly beyond: number } {
  const [low, high, bins] = [LOW[axis] as number, HIGH[axis] as number, BINS[axis] as number];
  const position = ((value - low) / (high - low)) * bins - 0.5;
  const clamped = Math.min(bins - 1, Math.max(0, position));
  const bin = Math.floor(clamped);
  return { bin, beyond: clamped - bin };
}
