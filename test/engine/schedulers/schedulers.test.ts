import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';
import { NO_MEMORY } from '../../../src/engine/schedulers/scheduler.ts';

/** base64 of little-endian float32 */
type Packed = string;

interface Trajectory {
  steps: number;
  timesteps: Packed;
  initNoiseSigma: number;
  start: Packed;
  /** [steps, latents] each */
  inputs: Packed;
  outputs: Packed;
  samples: Packed;
  /** the classes that keep them to themselves have none */
  originals?: Packed;
  /** of samplers that add noise */
  noises?: Packed;
}

interface Fixture {
  latents: number;
  cases: {
    config: Record<string, unknown>;
    noised: { original: Packed; noise: Packed; results: { timestep: number; noisy: Packed }[] };
    trajectories: Trajectory[];
  }[];
  spacings: { config: Record<string, unknown>; timesteps: Packed }[];
}

/** largest difference, as a share of the largest value that the step dealt with */
const TOLERANCE = 2e-5;
/** half a unit in the last place of a float32, relative */
const FLOAT32_ROUNDING = 2 ** -24;
/** training timesteps; whole ones are met exactly, Karras' come from logarithms of diffusers' float32 sigmas */
const TIMESTEP_TOLERANCE = 2e-3;

/** of the 820 Karras timesteps up to 40 steps: 575.49976 is 576 in diffusers' float32, for 18 and 35 steps */
const MOST_ROUNDED_OTHERWISE = 2;

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/schedulers/${name}`, import.meta.url), 'utf8')) as Fixture;
const deterministic = read('trajectories.json');
const others = read('multistep-and-stochastic.json');
const fixture: Fixture = {
  latents: deterministic.latents,
  cases: [...deterministic.cases, ...others.cases],
  spacings: [...deterministic.spacings, ...others.spacings],
};

function unpack(packed: Packed): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(packed, 'base64')).buffer);
}

function largest(values: Iterable<number>): number {
  let max = 0;
  // Not Math.max: a NaN must not get lost.
  for (const value of values) if (!(Math.abs(value) <= max)) max = Math.abs(value);
  return max;
}

function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return largest(Array.from(ours, (value, i) => value - (theirs[i] as number)));
}

/** DPM-Solver rounds Karras' timesteps to whole ones */
function isKarrasEuler({ _class_name, use_karras_sigmas }: Record<string, unknown>): boolean {
  return _class_name === 'EulerDiscreteScheduler' && use_karras_sigmas === true;
}

function titleOf({ _class_name, _diffusers_version, ...fields }: Record<string, unknown>): string {
  const shown = Object.entries(fields).filter(
    ([field]) => !/^(num_train|beta_start|beta_end|trained|sample_max|dyn)/.test(field),
  );
  return `${_class_name} ${shown.map(([field, value]) => `${field}=${value}`).join(' ')}`;
}

const cases = fixture.cases.map((entry) => [titleOf(entry.config), entry] as const);

describe('samplers against diffusers', () => {
  it.each(cases)('given %s, then every trajectory agrees', (_, { config, trajectories }) => {
    for (const expected of trajectories) {
      const scheduler = createScheduler(config, expected.steps);
      const timesteps = difference(scheduler.timesteps, unpack(expected.timesteps));
      const sigma = Math.abs(scheduler.initNoiseSigma / expected.initNoiseSigma - 1);
      const { inputs, samples, originals } = followTrajectory(scheduler, expected);
      const tolerance = TOLERANCE + cancellationIn(expected);
      console.info(
        `${expected.steps} steps: timesteps ${timesteps}, sigma ${sigma}, inputs ${inputs}, samples ${samples}, x0 ${originals}`,
      );
      expect(timesteps).toBeLessThan(isKarrasEuler(config) ? TIMESTEP_TOLERANCE : 1e-4);
      expect(sigma).toBeLessThan(TOLERANCE);
      expect(inputs).toBeLessThan(tolerance);
      expect(samples).toBeLessThan(tolerance);
      expect(originals).toBeLessThan(tolerance);
    }
  });

  it.each(cases)('given %s, then noised latents agree', (_, { config, noised }) => {
    const scheduler = createScheduler(config, 5);
    for (const { timestep, noisy } of noised.results) {
      const ours = scheduler.addNoise(unpack(noised.original), unpack(noised.noise), timestep);
      const theirs = unpack(noisy);
      const measured = difference(ours, theirs) / largest(theirs);
      console.info(`noise at ${timestep}: ${measured}`);
      expect(measured).toBeLessThan(TOLERANCE);
    }
  });

  it.each(fixture.spacings.map((entry) => [titleOf(entry.config), entry] as const))(
    'given %s, then timesteps agree for every number of steps',
    (_, { config, timesteps }) => {
      const theirs = unpack(timesteps);
      let offset = 0;
      let differing = 0;
      for (let steps = 1; offset < theirs.length; steps++) {
        const { timesteps: ours } = createScheduler(config, steps);
        ours.forEach((timestep, i) => {
          const difference = Math.abs(Math.fround(timestep) - (theirs[offset + i] as number));
          expect(difference).toBeLessThanOrEqual(config.use_karras_sigmas === true ? 1 : 0);
          differing += Number(difference > 0);
        });
        offset += ours.length;
      }
      expect(offset).toBe(theirs.length);
      if (differing > 0) console.info(`${differing} of ${offset} timesteps are rounded otherwise`);
      expect(differing).toBeLessThanOrEqual(MOST_ROUNDED_OTHERWISE);
    },
  );
});

/**
 * What diffusers loses itself: it takes the difference of two float32 of the old sample's size, which under zero SNR
 * is 4096 times that of the new one. (Made to compute in float64, it agrees with ours within 1e-6 everywhere.)
 * A loss shrinks along with the noise, so the worst step is all of it.
 */
function cancellationIn({ start, samples }: Trajectory): number {
  const values = [...unpack(start), ...unpack(samples)];
  const sizes = Array.from({ length: values.length / fixture.latents }, (_, i) =>
    largest(values.slice(i * fixture.latents, (i + 1) * fixture.latents)),
  );
  // The last step's loss counts against the old size, in which `followTrajectory` measures.
  return FLOAT32_ROUNDING * largest(sizes.slice(0, -2).map((size, i) => size / (sizes[i + 1] as number)));
}

/** Largest differences over a trajectory: ours carries its own sample on, given the recorded model outputs. */
function followTrajectory(scheduler: ReturnType<typeof createScheduler>, expected: Trajectory) {
  const { latents } = fixture;
  const recorded = {
    inputs: unpack(expected.inputs),
    outputs: unpack(expected.outputs),
    samples: unpack(expected.samples),
    originals: expected.originals === undefined ? undefined : unpack(expected.originals),
    noises: expected.noises === undefined ? undefined : unpack(expected.noises),
  };
  const worst = { inputs: 0, samples: 0, originals: 0 };
  let sample: Float32Array = unpack(expected.start);
  let memory = NO_MEMORY;
  for (let i = 0; i < scheduler.timesteps.length; i++) {
    const at = (values: Float32Array) => values.subarray(i * latents, (i + 1) * latents);
    const noise = () => {
      if (recorded.noises === undefined) throw new Error('there is no noise in this sampler');
      return at(recorded.noises);
    };
    const next = scheduler.step(at(recorded.outputs), i, sample, { memory, noise });
    const originals = recorded.originals ? at(recorded.originals) : next.predictedOriginal;
    const size = Math.max(largest(sample), largest(originals));
    worst.inputs = Math.max(
      worst.inputs,
      difference(scheduler.scaleModelInput(sample, i), at(recorded.inputs)) / largest(at(recorded.inputs)),
    );
    worst.samples = Math.max(worst.samples, difference(next.sample, at(recorded.samples)) / size);
    worst.originals = Math.max(worst.originals, difference(next.predictedOriginal, originals) / size);
    sample = next.sample;
    memory = next.memory;
  }
  return worst;
}
