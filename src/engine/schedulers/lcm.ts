import { z } from 'zod';
import { createFirstOrderSampler } from './first-order-sampler.ts';
import { assertSignal, levelOf } from './noise-level.ts';
import { alphaBars } from './noise-schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { COMMON_FIELDS, configError, flag, inert, parseSchedulerConfig } from './scheduler-config.ts';
import { assertSteps } from './timestep-spacing.ts';

/** standard deviation of the data that the boundary scalings assume (Luo et al. 2023, after Karras et al. 2022) */
const SIGMA_DATA = 0.5;

/** Other than elsewhere in diffusers, the betas of Stable Diffusion are the default here. */
export const LCM_NOISE_FIELDS = {
  beta_start: COMMON_FIELDS.beta_start.removeDefault().default(0.00085),
  beta_end: COMMON_FIELDS.beta_end.removeDefault().default(0.012),
  beta_schedule: COMMON_FIELDS.beta_schedule.removeDefault().default('scaled_linear'),
} as const;

const lcmConfig = z.strictObject({
  ...COMMON_FIELDS,
  ...LCM_NOISE_FIELDS,
  /** how many steps the teacher took when the model was distilled */
  original_inference_steps: z.int().min(1).default(50),
  timestep_scaling: z.number().positive().default(10),
  clip_sample: flag(false),
  clip_sample_range: z.number().positive().default(1),
  /** the timesteps are the teacher's, and none goes below the last */
  timestep_spacing: inert,
  set_alpha_to_one: inert,
  dynamic_thresholding_ratio: inert,
  sample_max_value: inert,
});

/**
 * Multistep sampling of a latent consistency model (Luo et al. 2023, algorithm 3), as diffusers' LCMScheduler: foresee
 * the finished latents, put fresh noise of the next level on them.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createLcmScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(lcmConfig, rawConfig);
  const { original_inference_steps: original, num_train_timesteps: trainTimesteps, prediction_type } = config;
  if (original > trainTimesteps) {
    throw configError([
      {
        field: 'original_inference_steps',
        expected: `"original_inference_steps" to be at most ${trainTimesteps}`,
        got: `${original}`,
      },
    ]);
  }
  assertSteps(steps, original);
  const stride = Math.floor(trainTimesteps / original);
  const timesteps = Array.from(
    { length: steps },
    (_, i) => (original - Math.floor(i * (original / steps))) * stride - 1,
  );

  const table = alphaBars(config);
  const levels = timesteps.map((timestep) => levelOf(table[timestep] as number));
  assertSignal(levels[0], prediction_type);
  return createFirstOrderSampler({
    steps: levels.map((from, i) => {
      const timestep = timesteps[i] as number;
      const next = levels[i + 1];
      return {
        timestep,
        from,
        to: { signal: next?.signal ?? 1, noise: 0 },
        fresh: next?.noise ?? 0,
        boundary: boundaryScalings(timestep * config.timestep_scaling),
      };
    }),
    initNoiseSigma: 1,
    predictionType: prediction_type,
    clip: config.clip_sample ? config.clip_sample_range : Number.POSITIVE_INFINITY,
    alphaBars: table,
  });
}

/** They make a consistency model give back at t = 0 what it is given (Song et al. 2023, section 3). */
function boundaryScalings(scaledTimestep: number): { skip: number; out: number } {
  const variance = scaledTimestep ** 2 + SIGMA_DATA ** 2;
  return { skip: SIGMA_DATA ** 2 / variance, out: scaledTimestep / Math.sqrt(variance) };
}
