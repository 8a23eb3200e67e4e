import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';

const BETAS = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000 };
const ORIGINAL = Float32Array.of(-1.5, 0, 0.25, 2);
const NOISE = Float32Array.of(0.5, -1, 2, 0.125);
const TIMESTEP = 400;

/** alpha_bar at a timestep, straight from its definition */
function alphaBar(timestep: number): number {
  const [from, to] = [Math.sqrt(BETAS.beta_start), Math.sqrt(BETAS.beta_end)];
  let product = 1;
  for (let t = 0; t <= timestep; t++) product *= 1 - (from + ((to - from) * t) / (BETAS.num_train_timesteps - 1)) ** 2;
  return product;
}

describe.each(['DDIMScheduler', 'EulerDiscreteScheduler'])('%s', (_class_name) => {
  it.each([
    ['epsilon', NOISE],
    [
      'v_prediction',
      NOISE.map((e, i) => Math.sqrt(alphaBar(TIMESTEP)) * e - Math.sqrt(1 - alphaBar(TIMESTEP)) * (ORIGINAL[i] ?? 0)),
    ],
  ])('given noised latents and the true %s, then it foresees the latents', (prediction_type, truth) => {
    const own = _class_name === 'DDIMScheduler' ? { clip_sample: false, set_alpha_to_one: false } : {};
    const scheduler = createScheduler({ _class_name, ...BETAS, ...own, prediction_type }, 20);
    const noised = scheduler.addNoise(ORIGINAL, NOISE, TIMESTEP);
    expect([...noised]).not.toEqual([...ORIGINAL]);
    scheduler.foresee(truth, noised, TIMESTEP).forEach((value, i) => {
      expect(value).toBeCloseTo(ORIGINAL[i] ?? Number.NaN, 5);
    });
  });
});
