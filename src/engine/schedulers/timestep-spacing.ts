import { UserError } from '../../errors/user-error.ts';
import { linspace } from './noise-schedule.ts';

export const TIMESTEP_SPACINGS = ['leading', 'trailing', 'linspace'] as const;

/** How the sampling steps are spread over the training timesteps (Lin et al. 2023, table 2). */
export type TimestepSpacing = (typeof TIMESTEP_SPACINGS)[number];

export interface SpacingOptions {
  readonly spacing: TimestepSpacing;
  readonly trainTimesteps: number;
  /** added to every timestep of the leading spacing, and of no other */
  readonly stepsOffset: number;
  readonly steps: number;
}

/**
 * The timesteps to visit, highest first, as diffusers spaces them. Leading: multiples of the whole step T / steps,
 * which ends at 0 + offset and does not begin at T - 1. Trailing: begins at T - 1. Linspace: both ends, and fractions
 * (for samplers that need whole timesteps: `roundHalfToEven`); a single step is timestep 0. Where diffusers' arange
 * overshoots (trailing, 61 steps and some others: a last timestep -1), ours keeps to `steps`.
 * @throws UserError `sampling-steps-invalid` if there are not that many timesteps
 */
export function spaceTimesteps(options: SpacingOptions): number[] {
  const { spacing, trainTimesteps, stepsOffset, steps } = options;
  assertSteps(steps, mostSteps(options));
  switch (spacing) {
    case 'leading': {
      const stride = Math.floor(trainTimesteps / steps);
      return descending(steps, (i) => i * stride + stepsOffset);
    }
    case 'trailing': {
      // As numpy.arange makes it, from the rounded difference of its first two numbers: halves fall as published.
      const second = trainTimesteps - trainTimesteps / steps;
      const stride = second - trainTimesteps;
      return Array.from({ length: steps }, (_, i) => roundHalfToEven(trainTimesteps + i * stride) - 1);
    }
    case 'linspace': {
      const ascending = linspace(0, trainTimesteps - 1, steps);
      return descending(steps, (i) => ascending[i] as number);
    }
  }
}

/** @throws UserError `sampling-steps-invalid` if `steps` is no whole number from 1 to `most` */
export function assertSteps(steps: number, most: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  throw new UserError('sampling-steps-invalid', {
    expected: `a whole number of sampling steps from 1 to ${most}`,
    got: `${steps}`,
    todo: 'Give another number of steps; 20 to 30 are usual, 1 to 8 with models that were made for few.',
    steps,
    most,
  });
}

/** numpy's rounding, which the published timesteps are made with: 62.5 -> 62, 187.5 -> 188. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const half = value - floor === 0.5;
  return half ? floor + (floor % 2) : Math.round(value);
}

function descending(count: number, at: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => at(count - 1 - i));
}

/** The highest number of steps whose first timestep still lies within the training timesteps. */
export function mostSteps({ spacing, trainTimesteps, stepsOffset }: Omit<SpacingOptions, 'steps'>): number {
  if (spacing !== 'leading') return trainTimesteps;
  let steps = trainTimesteps;
  while (steps > 0 && (steps - 1) * Math.floor(trainTimesteps / steps) + stepsOffset >= trainTimesteps) steps -= 1;
  return steps;
}
