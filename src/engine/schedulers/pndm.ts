import { z } from 'zod';
import { assertSameLength, entry, levelOf, predictionAt, trainingNoise } from './noise-level.ts';
import { alphaBars } from './noise-schedule.ts';
import { NO_MEMORY, type Scheduler, type SchedulerStep } from './scheduler.ts';
import { absent, COMMON_FIELDS, flag, inert, parseSchedulerConfig, timestepSpacing } from './scheduler-config.ts';
import { roundHalfToEven, spaceTimesteps } from './timestep-spacing.ts';

const pndmConfig = z.strictObject({
  ...COMMON_FIELDS,
  /** diffusers has no `sample` here, and no zero terminal SNR */
  prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon'),
  rescale_betas_zero_snr: z.literal(false).default(false),
  timestep_spacing: timestepSpacing.default('leading'),
  set_alpha_to_one: flag(false),
  /** without it the first steps would be of the Runge-Kutta kind; all published models skip them */
  skip_prk_steps: z.literal(true),
  clip_sample: absent,
  /** of other samplers */
  clip_sample_range: inert,
  interpolation_type: inert,
  sample_max_value: inert,
  dynamic_thresholding_ratio: inert,
});

/** Adams-Bashforth's weights by how many outputs there are to mix, the newest first (Liu et al. 2022, eq. 12). */
const MULTISTEP_WEIGHTS: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];
const MOST_OUTPUTS = MULTISTEP_WEIGHTS.length;
/** the step that takes the first one again */
const CORRECTION = 1;

/**
 * Pseudo linear multistep sampling (PLMS; Liu et al. 2022), as diffusers' PNDMScheduler with `skip_prk_steps`: DDIM
 * steps along a mix of the U-Net's last answers. The second step takes the first one again, with the mean of the
 * answers at both of its ends (Heun's method), so there is one more step than asked for.
 *
 * Memory: the U-Net's outputs that later steps mix, newest first, at most three; after the first step also the sample
 * that it began with.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createPndmScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(pndmConfig, rawConfig);
  const { num_train_timesteps: trainTimesteps, prediction_type: predictionType } = config;
  const table = alphaBars(config);
  const stride = Math.floor(trainTimesteps / steps);
  const spaced = spaceTimesteps({
    spacing: config.timestep_spacing,
    trainTimesteps,
    stepsOffset: config.steps_offset,
    steps,
  }).map(roundHalfToEven);
  const [first, second, ...rest] = spaced as [number, number | undefined, ...number[]];
  const timesteps = second === undefined ? [first] : [first, second, second, ...rest];

  const last = config.set_alpha_to_one ? levelOf(1) : levelOf(table[0] as number);
  const at = (timestep: number) => (timestep < 0 ? last : levelOf(entry(table, timestep)));
  const levels = timesteps.map((timestep, i) =>
    i === CORRECTION
      ? { from: at(timestep + stride), to: at(timestep) } // the first step once more
      : { from: at(timestep), to: at(timestep - stride) },
  );

  return {
    timesteps,
    initNoiseSigma: 1,
    ...trainingNoise(table, predictionType),
    scaleModelInput: (sample) => sample,

    step(modelOutput, stepIndex, sample, { memory }): SchedulerStep {
      assertSameLength(modelOutput, sample);
      const { from, to } = entry(levels, stepIndex);
      const { mixed, start, kept } = mixOutputs(modelOutput, stepIndex, sample, memory);
      const { originalFromSample, originalFromOutput, noiseFromSample, noiseFromOutput } = predictionAt(
        from,
        predictionType,
      );
      const next = new Float32Array(sample.length);
      const predictedOriginal = new Float32Array(sample.length);
      for (let i = 0; i < sample.length; i++) {
        const x = start[i] as number;
        const output = mixed[i] as number;
        const original = originalFromSample * x + originalFromOutput * output;
        predictedOriginal[i] = original;
        next[i] = to.signal * original + to.noise * (noiseFromSample * x + noiseFromOutput * output);
      }
      return { sample: next, predictedOriginal, memory: kept };
    },
  };
}

function mixOutputs(
  output: Float32Array,
  stepIndex: number,
  sample: Float32Array,
  memory: readonly Float32Array[],
): { mixed: Float64Array; start: Float32Array; kept: readonly Float32Array[] } {
  if (stepIndex === CORRECTION) {
    const [first, start] = memory;
    if (!first || !start) throw new RangeError('scheduler: the second step needs what the first one kept');
    return { mixed: weighted([output, first], [1 / 2, 1 / 2]), start, kept: [first] };
  }
  const outputs = [output, ...(stepIndex === 0 ? NO_MEMORY : memory)];
  // the correction's own output is not kept: from the third step on there is one output less than steps
  const expected = stepIndex === 0 ? 1 : Math.min(stepIndex, MOST_OUTPUTS);
  if (outputs.length !== expected) {
    throw new RangeError(`scheduler: step ${stepIndex} mixes ${expected} outputs, there are ${outputs.length}`);
  }
  const mixed = weighted(outputs, MULTISTEP_WEIGHTS[outputs.length - 1] as readonly number[]);
  const kept = outputs.slice(0, MOST_OUTPUTS - 1);
  return { mixed, start: sample, kept: stepIndex === 0 ? [output, sample] : kept };
}

/** Sum of latents by weight, in double precision. */
function weighted(outputs: readonly Float32Array[], weights: readonly number[]): Float64Array {
  assertSameLength(...outputs);
  const sum = new Float64Array(outputs[0]?.length ?? 0);
  outputs.forEach((output, k) => {
    const weight = weights[k] as number;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (output[i] as number);
  });
  return sum;
}
