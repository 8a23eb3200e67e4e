import { alphaBars } from './noise-schedule.ts';
import type { NoiseScheduleConfig } from './scheduler-config.ts';

/** alpha_bar of the last timestep under zero SNR, so that its sigma is 4096 and not infinite; fp16's least number */
const LEAST_ALPHA_BAR = 2 ** -24;

export interface TrainingSigmas {
  /** [T], with a last one that is more than zero */
  readonly alphaBars: Float64Array;
  /** [T], rising: standard deviation of the noise on an x0 that is not scaled down */
  readonly sigmas: Float64Array;
}

/** Training's noise schedule as samplers that think in sigmas see it (Karras et al. 2022). */
export function trainingSigmas(config: NoiseScheduleConfig): TrainingSigmas {
  const table = alphaBars(config);
  if (config.rescale_betas_zero_snr) table[table.length - 1] = LEAST_ALPHA_BAR;
  return { alphaBars: table, sigmas: table.map((alphaBar) => Math.sqrt((1 - alphaBar) / alphaBar)) };
}

/**
 * Standard deviation of the noise that sampling over x0 + sigma * epsilon starts from. Leading steps don't begin at
 * pure noise: there the start has x0's variance too.
 */
export function initialSigma(sigmas: readonly number[], spacing: string): number {
  const most = Math.max(...sigmas);
  return spacing === 'leading' ? Math.sqrt(most ** 2 + 1) : most;
}
