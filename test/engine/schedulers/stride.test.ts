import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';
import { SAMPLERS } from '../../../src/engine/schedulers/sampler-names.ts';
import { NO_MEMORY } from '../../../src/engine/schedulers/scheduler.ts';

const BETAS = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000 };
const SAMPLE = Float32Array.of(-1.5, 0, 0.25, 2);
const OUTPUT = Float32Array.of(0.5, -1, 2, 0.125);
const DDIM = { _class_name: 'DDIMScheduler', ...BETAS, clip_sample: false, steps_offset: 1, set_alpha_to_one: false };

/** DDIM itself is pinned to diffusers in schedulers.test.ts. */
describe.each(['epsilon', 'v_prediction'])('given a model that predicts %s', (prediction_type) => {
  const ddim = createScheduler({ ...DDIM, prediction_type }, 10);

  it('then from one step of DDIM to the next a stride is that step', () => {
    let largest = 0;
    ddim.timesteps.slice(0, -1).forEach((timestep, i) => {
      const context = { memory: NO_MEMORY, noise: () => SAMPLE };
      const stepped = ddim.step(OUTPUT, i, SAMPLE, context).sample;
      const strode = ddim.stride(OUTPUT, SAMPLE, timestep, ddim.timesteps[i + 1] as number);
      strode.forEach((value, at) => {
        largest = Math.max(largest, Math.abs(value - (stepped[at] as number)));
      });
    });
    console.info(`${prediction_type}: maximal difference ${largest.toExponential(2)}`);
    expect(largest).toBeLessThan(1e-6);
  });

  it.each(SAMPLERS)('then with %s it is the same, for it does not hang on the sampler', (sampler) => {
    const other = createScheduler({ ...DDIM, prediction_type }, 10, sampler);
    const wanted = ddim.stride(OUTPUT, SAMPLE, 900, 261);
    other.stride(OUTPUT, SAMPLE, 900, 261).forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[at] as number, 6);
    });
  });

  it('then a stride to where it starts leads nowhere', () => {
    const noised = ddim.addNoise(SAMPLE, OUTPUT, 900);
    const same = ddim.stride(OUTPUT, noised, 900, 900);
    same.forEach((value, at) => {
      expect(value).toBeCloseTo(noised[at] as number, 5);
    });
  });
});
