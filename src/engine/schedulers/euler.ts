import { z } from 'zod';
import { createFirstOrderSampler } from './first-order-sampler.ts';
import { karrasSigmas, sigmaAt, timestepOfSigma } from './karras-sigmas.ts';
import { alphaBars } from './noise-schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { absent, COMMON_FIELDS, flag, inert, parseSchedulerConfig, timestepSpacing } from './scheduler-config.ts';
import { spaceTimesteps } from './timestep-spacing.ts';

/** alpha_bar of the last timestep under zero SNR, so that its sigma is 4096 and not infinite; fp16's least number */
const LEAST_ALPHA_BAR = 2 ** -24;

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
  const table = alphaBars(config);
  if (config.rescale_betas_zero_snr) table[table.length - 1] = LEAST_ALPHA_BAR;
  const trainingSigmas = table.map((alphaBar) => Math.sqrt((1 - alphaBar) / alphaBar));

  let timesteps = spaceTimesteps({
    spacing: config.timestep_spacing,
    trainTimesteps: config.num_train_timesteps,
    stepsOffset: config.steps_offset,
    steps,
  });
  let sigmas = timesteps.map((timestep) => sigmaAt(timestep, trainingSigmas));
  if (config.use_karras_sigmas) {
    sigmas = karrasSigmas(sigmas);
    timesteps = sigmas.map((sigma) => timestepOfSigma(sigma, trainingSigmas));
  }

  const sigmaMax = Math.max(...sigmas);
  return createFirstOrderSampler({
    steps: sigmas.map((sigma, i) => ({
      timestep: timesteps[i] as number,
      from: { signal: 1, noise: sigma },
      to: { signal: 1, noise: sigmas[i + 1] ?? 0 },
    })),
    // Leading steps don't begin at pure noise: there the start has x0's variance too.
    initNoiseSigma: config.timestep_spacing === 'leading' ? Math.sqrt(sigmaMax ** 2 + 1) : sigmaMax,
    predictionType: config.prediction_type,
    clip: Number.POSITIVE_INFINITY,
    alphaBars: table,
  });
}
