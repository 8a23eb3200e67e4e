import { randomStream, uniforms } from '../engine/random/random-stream.ts';

const RESAMPLES = 2000;
/** two-sided, for a 95 % interval */
const TAIL = 0.025;
/** Resampling has a stream of its own, so a report can be made again number for number. */
const STREAM = { seed: 0, purpose: 'probe', panel: 0 } as const;

export interface MeanInterval {
  readonly mean: number;
  /** 95 % percentile bootstrap interval of the mean (Efron 1979) */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * The mean of paired differences, with the interval that resampling the pairs gives. Few pairs give an interval that
 * is too narrow rather than too wide.
 * @returns undefined for no differences
 */
export function meanInterval(differences: readonly number[]): MeanInterval | undefined {
  const count = differences.length;
  if (count === 0) return undefined;
  const draws = uniforms(randomStream(STREAM), RESAMPLES * count);
  const means = Float64Array.from({ length: RESAMPLES }, (_, resample) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += differences[Math.floor((draws[resample * count + i] as number) * count)] as number;
    }
    return sum / count;
  }).sort();
  return {
    mean: differences.reduce((a, b) => a + b, 0) / count,
    low: means[Math.floor(TAIL * RESAMPLES)] as number,
    high: means[Math.ceil((1 - TAIL) * RESAMPLES) - 1] as number,
    count,
  };
}
