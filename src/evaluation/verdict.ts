import { MEASURE_NAMES, MEASURES, type MeasureName } from './measures/measure-names.ts';
import type { MeasureSummary, VariantSummary } from './summary.ts';

export interface Finding {
  readonly measure: MeasureName;
  readonly holds: boolean;
  readonly says: string;
}

/** Fewer pairs tell nothing beyond doubt, however much they agree: a sign test of 5 has p = 0.06 at best. */
const LEAST_PAIRS = 6;

/**
 * Whether a variant does what the method promises. What is to get better must do so on the average of every seed, with
 * an interval that leaves no doubt of its direction; what is to be kept must not get worse by more than its tolerance,
 * beyond doubt.
 */
export function findingsOf(variant: VariantSummary, plain: VariantSummary): Finding[] {
  return MEASURE_NAMES.flatMap((measure): Finding[] => {
    const { aim, title, tolerance = 0 } = MEASURES[measure];
    // results that were written before there was such a measure have none
    const summary: MeasureSummary | undefined = variant.byMeasure[measure];
    const difference = summary?.difference;
    if (aim === 'told' || !difference) return [];
    const sign = aim === 'more' || aim === 'not-less' ? 1 : -1;
    const [worst, best] = sign > 0 ? [difference.low, difference.high] : [-difference.high, -difference.low];
    if (aim === 'not-less' || aim === 'not-more') {
      const holds = best >= -tolerance || difference.count < LEAST_PAIRS;
      return [
        { measure, holds, says: `${title} ${holds ? 'is kept' : `is worse by more than ${tolerance}, beyond doubt`}` },
      ];
    }
    const everySeed = betterOnEverySeed(summary, plain.byMeasure[measure], sign);
    const holds = everySeed && worst > 0 && difference.count >= LEAST_PAIRS;
    const doubt = everySeed ? 'better on every seed average, but not beyond doubt' : 'not better on every seed average';
    return [{ measure, holds, says: `${title} is ${holds ? 'better on every seed average, beyond doubt' : doubt}` }];
  });
}

function betterOnEverySeed(own: MeasureSummary, plain: MeasureSummary, sign: number): boolean {
  return own.runs.every((value, run) => {
    const before = plain.runs[run];
    return typeof value === 'number' && typeof before === 'number' && sign * (value - before) > 0;
  });
}
