import { z } from 'zod';
import { createFirstOrderSampler } from './first-order-sampler.ts';
import { sigmaAt } from './karras-sigmas.ts';
import type { Scheduler } from './scheduler.ts';
import { absent, COMMON_FIELDS, inert, parseSchedulerConfig, timestepSpacing } from './scheduler-config.ts';
import { spaceTimesteps } from './timestep-spacing.ts';
import { initialSigma, trainingSigmas } from './training-sigmas.ts';

const eulerAncestralConfig = z.strictObject({
  ...COMMON_FIELDS,
  /** diffusers leaves `sample` undefined here */
  prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon'),
  timestep_spacing: timestepSpacing.default('linspace'),
  use_karras_sigmas: absent,
  clip_sample: absent,
  /** of Euler and DDIM, in the published config of SDXL-Turbo */
  interpolation_type: inert,
  clip_sample_range: inert,
  set_alpha_to_one: inert,
  sample_max_value: inert,
  dynamic_thresholding_ratio: inert,
});

/**
 * Ancestral sampling with Euler's method, as diffusers' EulerAncestralDiscreteScheduler (after k-diffusion): a step
 * down further than to the next level, and fresh noise up to it, so that the result is distributed as if all of the
 * next level's noise were new.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createEulerAncestralScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(eulerAncestralConfig, rawConfig);
  const training = trainingSigmas(config);
  const timesteps = spaceTimesteps({
    spacing: config.timestep_spacing,
    trainTimesteps: config.num_train_timesteps,
    stepsOffset: config.steps_offset,
    steps,
  });
  const sigmas = timesteps.map((timestep) => sigmaAt(timestep, training.sigmas));
  return createFirstOrderSampler({
    steps: sigmas.map((sigma, i) => {
      const next = sigmas[i + 1] ?? 0;
      const up = (next * Math.sqrt(sigma ** 2 - next ** 2)) / sigma;
      return {
        timestep: timesteps[i] as number,
        from: { signal: 1, noise: sigma },
        to: { signal: 1, noise: next ** 2 / sigma }, // sqrt(next^2 - up^2)
        fresh: up,
      };
    }),
    initNoiseSigma: initialSigma(sigmas, config.timestep_spacing),
    predictionType: config.prediction_type,
    clip: Number.POSITIVE_INFINITY,
    alphaBars: training.alphaBars,
  });
}
