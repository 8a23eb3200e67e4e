import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';
import { NO_MEMORY, type StepContext } from '../../../src/engine/schedulers/scheduler.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const STEPS = 10;
const DETERMINISTIC: StepContext = {
  memory: NO_MEMORY,
  noise: () => {
    throw new Error('there is no noise in this sampler');
  },
};
const DDIM = { _class_name: 'DDIMScheduler', clip_sample: false };
const EULER = { _class_name: 'EulerDiscreteScheduler' };
const ANCESTRAL = { _class_name: 'EulerAncestralDiscreteScheduler' };
const DPM = { _class_name: 'DPMSolverMultistepScheduler' };
const LCM = { _class_name: 'LCMScheduler' };
const PNDM = { _class_name: 'PNDMScheduler', skip_prk_steps: true };

function errorOf(config: unknown, steps = STEPS): UserError {
  try {
    createScheduler(config, steps);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** as published: stabilityai/stable-diffusion-xl-base-1.0, stabilityai/stable-diffusion-2-1 */
const SDXL = {
  ...EULER,
  _diffusers_version: '0.19.0.dev0',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  interpolation_type: 'linear',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  sample_max_value: 1.0,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  timestep_spacing: 'leading',
  trained_betas: null,
  use_karras_sigmas: false,
};
const SD21 = {
  ...DDIM,
  _diffusers_version: '0.8.0',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  num_train_timesteps: 1000,
  prediction_type: 'v_prediction',
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  trained_betas: null,
};

/** as published: runwayml/stable-diffusion-v1-5, stabilityai/sdxl-turbo, SimianLuo/LCM_Dreamshaper_v7 */
const SD15 = {
  ...PNDM,
  _diffusers_version: '0.6.0',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  num_train_timesteps: 1000,
  set_alpha_to_one: false,
  steps_offset: 1,
  trained_betas: null,
  clip_sample: false,
};
const SDXL_TURBO = { ...SDXL, ...ANCESTRAL, timestep_spacing: 'trailing' };
const LCM_DREAMSHAPER = {
  ...SD15,
  ...LCM,
  clip_sample_range: 1.0,
  dynamic_thresholding_ratio: 0.995,
  prediction_type: 'epsilon',
  rescale_betas_zero_snr: false,
  sample_max_value: 1.0,
  set_alpha_to_one: true,
  skip_prk_steps: undefined,
  steps_offset: 0,
  thresholding: false,
  timestep_spacing: 'leading',
};
/** as diffusers writes one; -Infinity is Python's idea of JSON */
const DPM_SAVED = {
  ...DPM,
  algorithm_type: 'dpmsolver++',
  dynamic_thresholding_ratio: 0.995,
  euler_at_final: false,
  final_sigmas_type: 'zero',
  flow_shift: 1.0,
  lambda_min_clipped: Number.NEGATIVE_INFINITY,
  lower_order_final: true,
  sample_max_value: 1.0,
  solver_order: 2,
  solver_type: 'midpoint',
  thresholding: false,
  time_shift_type: 'exponential',
  use_beta_sigmas: false,
  use_dynamic_shifting: false,
  use_exponential_sigmas: false,
  use_flow_sigmas: false,
  use_karras_sigmas: true,
  use_lu_lambdas: false,
  variance_type: null,
};

describe('createScheduler', () => {
  it.each([
    ['SD 1.5, whose second step takes the first again', SD15, 5, [801, 601, 601, 401, 201, 1]],
    ['SDXL-Turbo in one step', SDXL_TURBO, 1, [999]],
    ['SDXL-Turbo', SDXL_TURBO, 4, [999, 749, 499, 249]],
    ['SDXL-Lightning', { ...SDXL, timestep_spacing: 'trailing' }, 4, [999, 749, 499, 249]],
    ['LCM', LCM_DREAMSHAPER, 4, [999, 759, 499, 259]],
    ['DPM-Solver', DPM_SAVED, 3, [999, 593, 0]],
  ])('given the published config of %s, then it visits these timesteps', (_, config, steps, timesteps) => {
    expect(createScheduler(config, steps).timesteps).toEqual(timesteps);
  });

  it('given the published configs of SDXL and SD 2.1 with their relics, then they are understood', () => {
    expect(createScheduler(SDXL, 20).timesteps.slice(0, 2)).toEqual([951, 901]);
    expect(createScheduler(SD21, 20).timesteps.slice(0, 2)).toEqual([951, 901]);
  });

  it('given the pocket model, then 20 steps go from 951 down to 1', () => {
    const config: unknown = JSON.parse(readFileSync('models/pocket/scheduler/scheduler_config.json', 'utf8'));
    const { timesteps, initNoiseSigma } = createScheduler(config, 20);
    expect([timesteps[0], timesteps[19], initNoiseSigma]).toEqual([951, 1, 1]);
  });

  it.each([
    [{ _class_name: 'HeunDiscreteScheduler' }, 'HeunDiscreteScheduler'],
    [{}, 'no class name'],
    [null, 'no class name'],
    [{ _class_name: 'constructor' }, 'constructor'],
  ])('given %j, then it says which samplers are supported', (config, got) => {
    const error = errorOf(config);
    expect(error.code).toBe('scheduler-unsupported');
    expect(error.message).toContain(
      'DDIMScheduler or DPMSolverMultistepScheduler or EulerAncestralDiscreteScheduler or ',
    );
    expect(error.message).toContain(`but got ${got}`);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ ...DDIM, thresholding: true }, 'thresholding'],
    [{ ...DDIM, eta: 0.5 }, 'eta'],
    [{ ...DDIM, use_karras_sigmas: false }, 'use_karras_sigmas'],
    [{ ...DDIM, beta_schedule: 'sigmoid' }, 'beta_schedule'],
    [{ ...DDIM, prediction_type: 'flow_prediction' }, 'prediction_type'],
    [{ ...DDIM, timestep_spacing: 'karras' }, 'timestep_spacing'],
    [{ ...DDIM, num_train_timesteps: 1.5 }, 'num_train_timesteps'],
    [{ ...DDIM, beta_start: '0.1' }, 'beta_start'],
    [{ ...DDIM, beta_end: 1 }, 'beta_end'],
    [{ ...DDIM, trained_betas: [0.1, 0.2] }, 'trained_betas'],
    [{ ...DDIM, rescale_betas_zero_snr: true, timestep_spacing: 'trailing' }, 'prediction_type'],
    [{ ...EULER, interpolation_type: 'log_linear' }, 'interpolation_type'],
    [{ ...EULER, timestep_type: 'continuous' }, 'timestep_type'],
    [{ ...EULER, final_sigmas_type: 'sigma_min' }, 'final_sigmas_type'],
    [{ ...EULER, use_exponential_sigmas: true }, 'use_exponential_sigmas'],
    [{ ...EULER, use_beta_sigmas: true }, 'use_beta_sigmas'],
    [{ ...EULER, sigma_min: 0.03 }, 'sigma_min'],
    [{ ...EULER, clip_sample: true }, 'clip_sample'],
    [{ ...ANCESTRAL, prediction_type: 'sample' }, 'prediction_type'],
    [{ ...ANCESTRAL, use_karras_sigmas: true }, 'use_karras_sigmas'],
    [{ ...DPM, algorithm_type: 'sde-dpmsolver++' }, 'algorithm_type'],
    [{ ...DPM, algorithm_type: 'dpmsolver' }, 'algorithm_type'],
    [{ ...DPM, solver_order: 3 }, 'solver_order'],
    [{ ...DPM, solver_type: 'heun' }, 'solver_type'],
    [{ ...DPM, use_lu_lambdas: true }, 'use_lu_lambdas'],
    [{ ...DPM, use_flow_sigmas: true }, 'use_flow_sigmas'],
    [{ ...DPM, lambda_min_clipped: -5.1 }, 'lambda_min_clipped'],
    [{ ...DPM, variance_type: 'learned' }, 'variance_type'],
    [{ ...DPM, beta_schedule: 'squaredcos_cap_v2', use_karras_sigmas: true }, 'use_karras_sigmas'],
    [{ ...LCM, original_inference_steps: 2000 }, 'original_inference_steps'],
    [{ ...LCM, rescale_betas_zero_snr: true }, 'prediction_type'],
    [{ _class_name: 'PNDMScheduler' }, 'skip_prk_steps'],
    [{ ...PNDM, skip_prk_steps: false }, 'skip_prk_steps'],
    [{ ...PNDM, rescale_betas_zero_snr: true }, 'rescale_betas_zero_snr'],
  ])('given %j, then it refuses the field %s by name', (config, field) => {
    const error = errorOf(config);
    console.info(error.message);
    expect(error.code).toBe('scheduler-config-invalid');
    expect(error.context.fields).toEqual([field]);
    expect(error.message).toContain(`"${field}"`);
  });

  it('given several wrong fields, then all are named at once', () => {
    const error = errorOf({ ...DDIM, thresholding: true, eta: 1, clip: 2 });
    expect(error.context.fields).toEqual(expect.arrayContaining(['thresholding', 'eta, clip']));
  });

  it.each([0, -1, 2.5, Number.NaN, 1001])('given %s steps, then it says how many are possible', (steps) => {
    const error = errorOf(DDIM, steps);
    expect(error.code).toBe('sampling-steps-invalid');
    expect(error.message).toContain('from 1 to 1000');
  });

  it.each([
    [LCM, 50],
    [{ ...LCM, original_inference_steps: 8 }, 8],
    [DPM, 999],
    [{ ...DPM, timestep_spacing: 'leading', steps_offset: 1 }, 998],
    [{ ...DPM, timestep_spacing: 'trailing' }, 1000],
    [{ ...DPM, use_karras_sigmas: true }, 1000],
    [{ ...PNDM, steps_offset: 1 }, 999],
  ])('given %j, then at most %d steps are possible', (config, most) => {
    expect(errorOf(config, most + 1).context.most).toBe(most);
    expect(createScheduler(config, most).timesteps[0]).toBeLessThan(1000);
  });

  it('given an offset, then steps whose first timestep would pass the last trained one are refused', () => {
    expect(errorOf({ ...DDIM, steps_offset: 1 }, 1000).context.most).toBe(999);
    expect(createScheduler({ ...DDIM, steps_offset: 1 }, 999).timesteps[0]).toBe(999);
  });
});

describe('a sampler', () => {
  it.each([DPM, PNDM])('given %j without what earlier steps kept, then it throws instead of guessing', (config) => {
    const latents = new Float32Array(4);
    for (const step of [1, 2, 5]) {
      expect(() => createScheduler(config, STEPS).step(latents, step, latents, DETERMINISTIC)).toThrow(RangeError);
    }
  });

  it.each([
    [ANCESTRAL, STEPS],
    [LCM, STEPS],
    [DPM, 1],
    [PNDM, 1],
  ])('given %j, then it asks for noise at every step but the last, or at none', (config, noisy) => {
    const scheduler = createScheduler(config, STEPS);
    const asked: number[] = [];
    let state = { sample: Float32Array.of(1, -1) as Float32Array, memory: NO_MEMORY };
    scheduler.timesteps.forEach((_, i) => {
      const noise = () => {
        asked.push(i);
        return Float32Array.of(0.5, 2);
      };
      state = scheduler.step(Float32Array.of(0.1, 0.2), i, state.sample, { memory: state.memory, noise });
    });
    expect(asked).toEqual(Array.from({ length: noisy - 1 }, (_, i) => i));
  });

  it('given a step, a timestep or lengths that do not exist, then it throws instead of giving NaN', () => {
    const scheduler = createScheduler(DDIM, STEPS);
    const latents = new Float32Array(4);
    expect(() => scheduler.step(latents, STEPS, latents, DETERMINISTIC)).toThrow(RangeError);
    expect(() => scheduler.scaleModelInput(latents, -1)).toThrow(RangeError);
    expect(() => scheduler.addNoise(latents, latents, 1000)).toThrow(RangeError);
    expect(() => scheduler.addNoise(latents, latents, 0.5)).toThrow(RangeError);
    expect(() => scheduler.step(new Float32Array(3), 0, latents, DETERMINISTIC)).toThrow(RangeError);
  });

  it.each([DDIM, EULER])('given %j and a step, then its arguments are left alone', (config) => {
    const scheduler = createScheduler(config, STEPS);
    const sample = Float32Array.of(1, -2, 3);
    const output = Float32Array.of(0.5, 0.25, -1);
    scheduler.scaleModelInput(sample, 0);
    scheduler.step(output, 0, sample, DETERMINISTIC);
    scheduler.addNoise(sample, output, 261);
    expect([...sample, ...output]).toEqual([1, -2, 3, 0.5, 0.25, -1]);
  });

  it.each([
    { ...DDIM, set_alpha_to_one: true },
    { ...EULER, timestep_spacing: 'trailing' },
    { ...PNDM, set_alpha_to_one: true },
    DPM,
    { ...DPM, timestep_spacing: 'trailing', use_karras_sigmas: true },
  ])('given %j and the true noise at each step, then sampling ends at the finished latents', (config) => {
    const scheduler = createScheduler(config, STEPS);
    const original = Float32Array.of(0.3, -1.2, 2);
    const noise = Float32Array.of(1, -0.5, 0.1);
    const start = scheduler.addNoise(original, noise, scheduler.timesteps[0] as number);
    // addNoise is in the U-Net's scale; scaling is linear, so its inverse comes from a one.
    const scale = scheduler.scaleModelInput(Float32Array.of(1), 0)[0] as number;
    let sample: Float32Array = start.map((value) => value / scale);
    let memory = NO_MEMORY;
    for (let i = 0; i < scheduler.timesteps.length; i++) {
      const step = scheduler.step(noise, i, sample, { ...DETERMINISTIC, memory });
      memory = step.memory;
      step.predictedOriginal.forEach((value, j) => {
        expect(value).toBeCloseTo(original[j] as number, 4);
      });
      sample = step.sample;
    }
    sample.forEach((value, j) => {
      expect(value).toBeCloseTo(original[j] as number, 4);
    });
  });
});
