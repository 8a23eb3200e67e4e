import { z } from 'zod';
import { createFirstOrderSampler } from './first-order-sampler.ts';
import { karrasSigmas, sigmaAt, timestepOfSigma } from './karras-sigmas.ts';
import type { Scheduler } from './scheduler.ts';
import { absent, COMMON_FIELDS, flag, inert, parseSchedulerConfig, timestepSpacing } from './scheduler-config.ts';
import { spaceTimesteps } from './timestep-spacing.ts';
import { initialSigma, trainingSigmas } from './training-sigmas.ts';

const eulerConfig = z.strictObject({
  ...COMMON_FIELDS,
  timestep_spacing: timestepSpacing.default('linspace'),
  interpolation_type: z.literal('linear').default('linear'),
  timestep_type: z.literal('discrete').default('discrete'),
  final_sigmas_type: z.literal('zero').default('zero'),
  use_karras_sigmas: flag(false),
  use_exponential_sigmas: absent,
  use_beta_sigmas: absent,
  sigma_min: z.literal(null).default(null),
  sigma_max: z.literal(null).default(null),
  /** of DDIM; without clipping the other three have no meaning */
  clip_sample: absent,
  clip_sample_range: inert,
  set_alpha_to_one: inert,
  sample_max_value: inert,
  dynamic_thresholding_ratio: inert,
});

/**
 * Euler's method without churn (Karras et al. 2022, algorithm 2), as diffusers' EulerDiscreteScheduler. Its samples
 * are x0 + sigma * epsilon.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createEulerScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(eulerConfig, rawConfig);
  const training = trainingSigmas(config);

  let timesteps = spaceTimesteps({
    spacing: config.timestep_spacing,
    trainTimesteps: config.num_train_timesteps,
    stepsOffset: config.steps_offset,
    steps,
  });
  let sigmas = timesteps.map((timestep) => sigmaAt(timestep, training.sigmas));
  if (config.use_karras_sigmas) {
    sigmas = karrasSigmas(sigmas[0] as number, sigmas.at(-1) as number, steps);
    timesteps = sigmas.map((sigma) => timestepOfSigma(sigma, training.sigmas));
  }

  return createFirstOrderSampler({
    steps: sigmas.map((sigma, i) => ({
      timestep: timesteps[i] as number,
      from: { signal: 1, noise: sigma },
      to: { signal: 1, noise: sigmas[i + 1] ?? 0 },
      fresh: 0,
    })),
    initNoiseSigma: initialSigma(sigmas, config.timestep_spacing),
    predictionType: config.prediction_type,
    clip: Number.POSITIVE_INFINITY,
    alphaBars: training.alphaBars,
  });
}
