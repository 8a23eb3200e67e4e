import type { Grid } from '../../engine/consistory/subject-mask.ts';

/** How a mask is read from attention. */
export interface Condition {
  /** height in tokens of the attention level */
  readonly resolution: number;
  /** steps done */
  readonly step: number;
  /** steps over which attention is averaged, or all that there were */
  readonly window: number | 'all';
  readonly rule: ThresholdRule;
}

/** 'otsu', or a share of the way from a map's lowest to its highest value. */
export type ThresholdRule = 'otsu' | number;

export const RULES: readonly ThresholdRule[] = ['otsu', 0.3, 0.4, 0.5, 0.6, 0.7];
export const WINDOWS: readonly Condition['window'][] = [1, 2, 4, 8, 'all'];
const STEPS = [1, 2, 4, 8, 12, 16, 20, 30, 40, 50];

/** One thing at a time is changed from the engine's own way, at the resolution that it reads masks at. */
export interface Conditions {
  readonly base: Condition;
  readonly byStep: readonly Condition[];
  readonly byWindow: readonly Condition[];
  /** at every resolution, the base's way and every rule */
  readonly byRule: readonly Condition[];
}

/**
 * @param own height of the grid that the engine reads masks at
 * @param window the engine's own
 */
export function conditionsOf(
  { steps, own, window }: { readonly steps: number; readonly own: number; readonly window: number },
  grids: readonly Grid[],
): Conditions {
  const base: Condition = { resolution: own, step: steps, window, rule: 'otsu' };
  return {
    base,
    byStep: [...STEPS.filter((step) => step < steps), steps].map((step) => ({ ...base, step })),
    byWindow: WINDOWS.map((each) => ({ ...base, window: each })),
    byRule: grids.flatMap(({ height }) => RULES.map((rule) => ({ ...base, resolution: height, rule }))),
  };
}

export const conditionKey = ({ resolution, step, window, rule }: Condition): string =>
  `${resolution}x step ${step} window ${window} ${rule}`;
