import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';
import { SAMPLERS } from '../../../src/engine/schedulers/sampler-names.ts';
import { withSampler } from '../../../src/engine/schedulers/samplers.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const STEPS = 4;
const TRAINING = {
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  trained_betas: null,
};
const SD15 = {
  ...TRAINING,
  _class_name: 'PNDMScheduler',
  skip_prk_steps: true,
  set_alpha_to_one: false,
  steps_offset: 1,
  clip_sample: false,
};
const LATENTS = Float32Array.of(1, -2, 0.5);
const NOISE = Float32Array.of(0.5, 0.25, -1);

describe('given another sampler than the model’s', () => {
  it.each(SAMPLERS)('then %s knows the model’s noise schedule and prediction', (sampler) => {
    const config = { ...SD15, prediction_type: 'v_prediction' };
    const own = createScheduler(config, STEPS);
    const other = createScheduler(config, STEPS, sampler);
    expect(other.addNoise(LATENTS, NOISE, 400)).toEqual(own.addNoise(LATENTS, NOISE, 400));
    expect(other.foresee(NOISE, LATENTS, 400)).toEqual(own.foresee(NOISE, LATENTS, 400));
    expect(own.foresee(NOISE, LATENTS, 400)).not.toEqual(createScheduler(SD15, STEPS).foresee(NOISE, LATENTS, 400));
  });

  it.each([
    ['ddim', [751, 501, 251, 1]],
    ['euler', [999, 666, 333, 0]],
    ['euler-trailing', [999, 749, 499, 249]],
    ['euler-ancestral', [999, 666, 333, 0]],
    ['dpm++-2m', [999, 749, 500, 250]],
    ['dpm++-2m-karras', [999, 687, 146, 0]],
    ['lcm', [999, 759, 499, 259]],
  ] as const)('then %s visits with SD 1.5 what it visits after from_config in diffusers', (sampler, timesteps) => {
    expect(createScheduler(SD15, STEPS, sampler).timesteps.map(Math.round)).toEqual(timesteps);
  });

  it('then a spacing that the model names stays, but for euler-trailing', () => {
    const config = { ...SD15, timestep_spacing: 'leading' };
    expect(createScheduler(config, STEPS, 'euler').timesteps).toEqual([751, 501, 251, 1]);
    expect(createScheduler(config, STEPS, 'euler-trailing').timesteps).toEqual([999, 749, 499, 249]);
  });

  it('then DDIM clips latents only if the model’s configuration says so', () => {
    const { clip_sample: _, ...silent } = SD15;
    expect(withSampler(silent, 'ddim').clip_sample).toBe(false);
    expect(withSampler({ ...silent, clip_sample: true }, 'ddim').clip_sample).toBe(true);
  });

  it('then the betas that LCM takes for granted go with the model', () => {
    const own = createScheduler({ _class_name: 'LCMScheduler' }, STEPS);
    const other = createScheduler({ _class_name: 'LCMScheduler' }, STEPS, 'euler');
    expect(other.addNoise(LATENTS, NOISE, 400)).toEqual(own.addNoise(LATENTS, NOISE, 400));
    const linear = createScheduler({ _class_name: 'DDIMScheduler' }, STEPS);
    const lcm = createScheduler({ _class_name: 'DDIMScheduler' }, STEPS, 'lcm');
    expect(lcm.addNoise(LATENTS, NOISE, 400)).toEqual(linear.addNoise(LATENTS, NOISE, 400));
  });

  it('then a model whose own sampler Troupe hasn’t can be used', () => {
    const config = { ...TRAINING, _class_name: 'HeunDiscreteScheduler', use_karras_sigmas: true, some_field: 1 };
    expect(() => createScheduler(config, STEPS)).toThrow('--sampler ddim, euler, euler-trailing');
    expect(createScheduler(config, STEPS, 'dpm++-2m').timesteps).toEqual([999, 749, 500, 250]);
    expect(withSampler(config, 'dpm++-2m')).not.toHaveProperty('some_field');
  });

  it('then a training that no sampler here understands is refused all the same', () => {
    const config = { ...SD15, prediction_type: 'flow_prediction' };
    expect(() => createScheduler(config, STEPS, 'euler')).toThrow(UserError);
    expect(() => createScheduler(null, STEPS, 'euler')).toThrow(UserError);
  });
});
