import type { NoiseScheduleConfig } from './scheduler-config.ts';

/** largest beta of the cosine schedule (Nichol and Dhariwal 2021, section 3.2) */
const COSINE_MAX_BETA = 0.999;
/** their offset s, which keeps beta from being too small near t = 0 */
const COSINE_OFFSET = 0.008;

/**
 * alpha_bar[t], the share of signal power left after training timestep t, in double precision.
 * diffusers holds the same table in float32; the difference (about 1e-6) is not visible in latents.
 * @returns [T], T = number of training timesteps, falling; the last is 0 if rescaled to zero terminal SNR
 */
export function alphaBars(config: NoiseScheduleConfig): Float64Array {
  let product = 1;
  const table = Float64Array.from(betas(config), (beta) => {
    product *= 1 - beta;
    return product;
  });
  return config.rescale_betas_zero_snr ? rescaleToZeroTerminalSnr(table) : table;
}

function betas(config: NoiseScheduleConfig): ArrayLike<number> {
  const { beta_start: start, beta_end: end, num_train_timesteps: count } = config;
  if (config.trained_betas !== null) return config.trained_betas;
  switch (config.beta_schedule) {
    case 'linear':
      return linspace(start, end, count);
    case 'scaled_linear':
      return linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return Float64Array.from({ length: count }, (_, t) =>
        Math.min(1 - cosineAlphaBar((t + 1) / count) / cosineAlphaBar(t / count), COSINE_MAX_BETA),
      );
  }
}

function cosineAlphaBar(time: number): number {
  return Math.cos((((time + COSINE_OFFSET) / (1 + COSINE_OFFSET)) * Math.PI) / 2) ** 2;
}

/**
 * Shifts and stretches sqrt(alpha_bar) so that the last is 0 and the first stays (Lin et al. 2023, "Common Diffusion
 * Noise Schedules and Sample Steps are Flawed", algorithm 1).
 */
function rescaleToZeroTerminalSnr(table: Float64Array): Float64Array {
  const roots = table.map(Math.sqrt);
  const first = roots.at(0) ?? 0;
  const last = roots.at(-1) ?? 0;
  return roots.map((root) => ((root - last) * (first / (first - last))) ** 2);
}

/** `count` evenly spaced numbers from `start` to `end`, both included; one number is `start`. */
export function linspace(start: number, end: number, count: number): Float64Array {
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return Float64Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? end : start + step * i));
}
