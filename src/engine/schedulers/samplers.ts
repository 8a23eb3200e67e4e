import { z } from 'zod';
import { LCM_NOISE_FIELDS } from './lcm.ts';
import type { SamplerName } from './sampler-names.ts';
import { COMMON_FIELDS, parseSchedulerConfig } from './scheduler-config.ts';

/** diffusers' class of a sampler, and what makes it that sampler. */
interface NamedSampler {
  readonly className: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const NAMED_SAMPLERS: Readonly<Record<SamplerName, NamedSampler>> = {
  ddim: { className: 'DDIMScheduler', fields: {} },
  euler: { className: 'EulerDiscreteScheduler', fields: {} },
  'euler-trailing': { className: 'EulerDiscreteScheduler', fields: { timestep_spacing: 'trailing' } },
  'euler-ancestral': { className: 'EulerAncestralDiscreteScheduler', fields: {} },
  'dpm++-2m': { className: 'DPMSolverMultistepScheduler', fields: {} },
  'dpm++-2m-karras': { className: 'DPMSolverMultistepScheduler', fields: { use_karras_sigmas: true } },
  lcm: { className: 'LCMScheduler', fields: {} },
};

/** What the model was trained with: it stays, whoever samples. */
const TRAINING_FIELDS = [
  'num_train_timesteps',
  'beta_start',
  'beta_end',
  'beta_schedule',
  'trained_betas',
  'prediction_type',
  'rescale_betas_zero_snr',
] as const;
/** Habits that a sampler takes over if the model's own has them, as with diffusers' `from_config`. */
const HABITS = ['timestep_spacing', 'steps_offset'] as const;
const HABITS_BY_CLASS: Readonly<Record<string, readonly string[]>> = {
  DDIMScheduler: ['clip_sample', 'clip_sample_range', 'set_alpha_to_one'],
  LCMScheduler: ['original_inference_steps', 'timestep_scaling'],
};
/** Latents are not bounded as pixels are; DDIM would clip them if nothing is said. */
const UNLESS_SAID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  DDIMScheduler: { clip_sample: false },
};

const commonConfig = z.object(COMMON_FIELDS);
const lcmConfig = z.object({ ...COMMON_FIELDS, ...LCM_NOISE_FIELDS });

/**
 * The scheduler_config.json that a model would have if it came with another sampler. Of the model's own sampler
 * nothing needs to be known but how the model was trained, so it may be one that Troupe hasn't.
 * @throws UserError `scheduler-config-invalid` if a field of the training is missing or unsupported
 */
export function withSampler(config: unknown, sampler: SamplerName): Record<string, unknown> {
  const own = z.looseObject({ _class_name: z.unknown() }).catch({ _class_name: undefined }).parse(config);
  const training = parseSchedulerConfig(own._class_name === 'LCMScheduler' ? lcmConfig : commonConfig, config);
  const { className, fields } = NAMED_SAMPLERS[sampler];
  const habits = [...HABITS, ...(HABITS_BY_CLASS[className] ?? [])].filter((field) => Object.hasOwn(own, field));
  return {
    _class_name: className,
    ...Object.fromEntries(TRAINING_FIELDS.map((field) => [field, training[field]])),
    ...UNLESS_SAID[className],
    ...Object.fromEntries(habits.map((field) => [field, own[field]])),
    ...fields,
  };
}
