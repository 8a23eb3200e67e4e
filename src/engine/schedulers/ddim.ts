import { z } from 'zod';
import { createFirstOrderSampler } from './first-order-sampler.ts';
import { assertSignal, levelOf } from './noise-level.ts';
import { alphaBars } from './noise-schedule.ts';
import type { Scheduler } from './scheduler.ts';
import { COMMON_FIELDS, flag, inert, parseSchedulerConfig, timestepSpacing } from './scheduler-config.ts';
import { roundHalfToEven, spaceTimesteps } from './timestep-spacing.ts';

const ddimConfig = z.strictObject({
  ...COMMON_FIELDS,
  timestep_spacing: timestepSpacing.default('leading'),
  set_alpha_to_one: flag(true),
  clip_sample: flag(true),
  clip_sample_range: z.number().positive().default(1),
  /** these two are of thresholding, which is refused */
  dynamic_thresholding_ratio: inert,
  sample_max_value: inert,
});

/**
 * DDIM with eta = 0 (Song et al. 2020), as diffusers' DDIMScheduler.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createDdimScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(ddimConfig, rawConfig);
  const { num_train_timesteps: trainTimesteps } = config;
  const table = alphaBars(config);
  const at = (timestep: number) => levelOf(table[timestep] as number);
  const last = config.set_alpha_to_one ? levelOf(1) : at(0);

  const timesteps = spaceTimesteps({
    spacing: config.timestep_spacing,
    trainTimesteps,
    stepsOffset: config.steps_offset,
    steps,
  }).map(roundHalfToEven);
  // The level to go to is one stride down, which for spacings other than leading need not be the next timestep's.
  const stride = Math.floor(trainTimesteps / steps);
  const levels = timesteps.map((timestep) => ({
    timestep,
    from: at(timestep),
    to: timestep < stride ? last : at(timestep - stride),
    fresh: 0,
  }));
  assertSignal(levels[0]?.from, config.prediction_type);
  return createFirstOrderSampler({
    steps: levels,
    initNoiseSigma: 1,
    predictionType: config.prediction_type,
    clip: config.clip_sample ? config.clip_sample_range : Number.POSITIVE_INFINITY,
    alphaBars: table,
  });
}
