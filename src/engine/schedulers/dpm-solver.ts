import { z } from 'zod';
import type { UserError } from '../../errors/user-error.ts';
import { karrasSigmas, timestepOfSigma } from './karras-sigmas.ts';
import { assertSameLength, entry, type NoiseLevel, predictionAt, trainingNoise } from './noise-level.ts';
import type { Scheduler, SchedulerStep } from './scheduler.ts';
import {
  absent,
  COMMON_FIELDS,
  configError,
  flag,
  inert,
  parseSchedulerConfig,
  timestepSpacing,
} from './scheduler-config.ts';
import { assertSteps, mostSteps, roundHalfToEven, type SpacingOptions, spaceTimesteps } from './timestep-spacing.ts';
import { trainingSigmas } from './training-sigmas.ts';

/** Fewer steps than this end with one of first order (`lower_order_final`), for stability. */
const FEW_STEPS = 15;

const dpmSolverConfig = z.strictObject({
  ...COMMON_FIELDS,
  timestep_spacing: timestepSpacing.default('linspace'),
  solver_order: z.literal(2).default(2),
  algorithm_type: z.literal('dpmsolver++').default('dpmsolver++'),
  solver_type: z.literal('midpoint').default('midpoint'),
  lower_order_final: flag(true),
  euler_at_final: flag(false),
  use_karras_sigmas: flag(false),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).default('zero'),
  /** -Infinity is diffusers' "not clipped" */
  lambda_min_clipped: z
    .custom((value) => value === null || value === Number.NEGATIVE_INFINITY, 'null or -Infinity')
    .optional(),
  use_exponential_sigmas: absent,
  use_beta_sigmas: absent,
  use_lu_lambdas: absent,
  use_flow_sigmas: absent,
  use_dynamic_shifting: absent,
  variance_type: absent,
  clip_sample: absent,
  /** of samplers and features that are refused, or of Euler and DDIM */
  flow_shift: inert,
  time_shift_type: inert,
  interpolation_type: inert,
  clip_sample_range: inert,
  set_alpha_to_one: inert,
  sample_max_value: inert,
  dynamic_thresholding_ratio: inert,
});
type DpmSolverConfig = z.output<typeof dpmSolverConfig>;

/**
 * DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2), as diffusers' DPMSolverMultistepScheduler of order 2, midpoint:
 * steps of DDIM with an x0 that is carried on along its change since the step before.
 *
 * Memory: x0 as the step before foresaw it.
 * @throws UserError `scheduler-config-invalid`, `sampling-steps-invalid`
 */
export function createDpmSolverScheduler(rawConfig: unknown, steps: number): Scheduler {
  const config = parseSchedulerConfig(dpmSolverConfig, rawConfig);
  const { prediction_type: predictionType } = config;
  const training = trainingSigmas(config);
  const { timesteps, sigmas } = visitedLevels(config, training.sigmas, steps);
  const finalSigma = config.final_sigmas_type === 'zero' ? 0 : (training.sigmas[0] as number);
  const simpleEnd =
    finalSigma === 0 || config.euler_at_final || (config.lower_order_final && timesteps.length < FEW_STEPS);

  return {
    timesteps,
    initNoiseSigma: 1,
    ...trainingNoise(training.alphaBars, predictionType),
    scaleModelInput: (sample) => sample,

    step(modelOutput, stepIndex, sample, { memory }): SchedulerStep {
      const sigma = entry(sigmas, stepIndex);
      const nextSigma = sigmas[stepIndex + 1] ?? finalSigma;
      const isFirstOrder = stepIndex === 0 || (stepIndex === sigmas.length - 1 && simpleEnd);
      const before = isFirstOrder ? undefined : entry(memory, 0);
      assertSameLength(modelOutput, sample, before ?? sample);
      const [from, to] = [preserved(sigma), preserved(nextSigma)];
      const { originalFromSample, originalFromOutput } = predictionAt(from, predictionType);
      // in lambda = -log sigma: h of this step, h0 of the one before, D1 = (h / h0) (x0 - x0 before); exp(-h) is this:
      const decay = nextSigma / sigma;
      const slope = before ? Math.log(sigma / nextSigma) / Math.log(entry(sigmas, stepIndex - 1) / sigma) : 0;
      const next = new Float32Array(sample.length);
      const predictedOriginal = new Float32Array(sample.length);
      for (let i = 0; i < sample.length; i++) {
        const x = sample[i] as number;
        const original = originalFromSample * x + originalFromOutput * (modelOutput[i] as number);
        const change = before ? original - (before[i] as number) : 0;
        predictedOriginal[i] = original;
        next[i] = (to.noise / from.noise) * x + to.signal * (1 - decay) * (original + (slope / 2) * change);
      }
      return { sample: next, predictedOriginal, memory: [predictedOriginal] };
    },
  };
}

/** The level of a sigma after scaling to keep the variance, as DPM-Solver's samples are. */
function preserved(sigma: number): NoiseLevel {
  const signal = 1 / Math.sqrt(sigma ** 2 + 1);
  return { signal, noise: sigma * signal };
}

function visitedLevels(config: DpmSolverConfig, table: Float64Array, steps: number) {
  if (config.use_karras_sigmas) {
    if (config.beta_schedule === 'squaredcos_cap_v2') throw cosineKarras();
    assertSteps(steps, config.num_train_timesteps);
    const sigmas = karrasSigmas(table.at(-1) as number, table[0] as number, steps);
    // diffusers rounds what float32 makes of it: by 2e-4 it may fall on the other side of a half
    return { timesteps: sigmas.map((sigma) => roundHalfToEven(timestepOfSigma(sigma, table))), sigmas };
  }
  const timesteps = spaceAbove({
    spacing: config.timestep_spacing,
    trainTimesteps: config.num_train_timesteps,
    stepsOffset: config.steps_offset,
    steps,
  });
  return { timesteps, sigmas: timesteps.map((timestep) => entry(table, timestep)) };
}

/** Its timesteps are fractional in diffusers, then cut to whole ones by float32's accidents; no latent model has it. */
function cosineKarras(): UserError {
  const expected = '"use_karras_sigmas" to be false with the cosine schedule (squaredcos_cap_v2)';
  return configError([{ field: 'use_karras_sigmas', expected, got: 'true' }]);
}

/** Where a spacing ends at t = 0, diffusers spaces one step more than it is asked for, and leaves that end away. */
function spaceAbove(options: SpacingOptions): number[] {
  if (options.spacing === 'trailing') return spaceTimesteps(options);
  assertSteps(options.steps, mostSteps(options) - 1);
  return spaceTimesteps({ ...options, steps: options.steps + 1 })
    .slice(0, -1)
    .map(roundHalfToEven);
}
