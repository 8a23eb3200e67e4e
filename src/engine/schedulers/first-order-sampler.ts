import { assertSameLength, entry, magnitudeOf, type NoiseLevel, predictionAt, trainingNoise } from './noise-level.ts';
import { NO_MEMORY, type Scheduler, type SchedulerStep } from './scheduler.ts';
import type { PredictionType } from './scheduler-config.ts';

export interface SamplingStep {
  /** what the U-Net is told */
  readonly timestep: number;
  readonly from: NoiseLevel;
  /** the level of what is carried on; the next step's `from` has the fresh noise on top */
  readonly to: NoiseLevel;
  /** standard deviation of noise that is added anew; 0 where nothing is left to chance */
  readonly fresh: number;
  /** the sample's share in what the step takes for finished, and x0's: a consistency model's boundary condition */
  readonly boundary?: { readonly skip: number; readonly out: number };
}

export interface SamplingPlan {
  readonly steps: readonly SamplingStep[];
  readonly initNoiseSigma: number;
  readonly predictionType: PredictionType;
  /** largest magnitude of a predicted original, Infinity if it isn't clipped */
  readonly clip: number;
  /** [T], training's noise schedule */
  readonly alphaBars: Float64Array;
}

/**
 * The first-order samplers: foresee x0 and epsilon, mix them anew at the next level, add fresh noise if any. They
 * differ in their levels only. With no fresh noise it is DDIM with eta = 0 (Song et al. 2020, eq. 12), and Euler's
 * method on the probability flow ODE (Karras et al. 2022), which is the same step on levels {1, sigma}. Coefficients
 * and sums are double precision.
 */
export function createFirstOrderSampler(plan: SamplingPlan): Scheduler {
  const predictions = plan.steps.map(({ from }) => predictionAt(from, plan.predictionType));
  return {
    timesteps: plan.steps.map(({ timestep }) => timestep),
    initNoiseSigma: plan.initNoiseSigma,
    ...trainingNoise(plan.alphaBars, plan.predictionType),

    scaleModelInput(sample, stepIndex) {
      const magnitude = magnitudeOf(entry(plan.steps, stepIndex).from);
      return magnitude === 1 ? sample : sample.map((value) => value / magnitude);
    },

    step(modelOutput, stepIndex, sample, context): SchedulerStep {
      const { to, fresh, boundary = { skip: 0, out: 1 } } = entry(plan.steps, stepIndex);
      const noise = fresh > 0 ? context.noise() : undefined;
      assertSameLength(modelOutput, sample, noise ?? sample);
      const { originalFromSample, originalFromOutput, noiseFromSample, noiseFromOutput } = entry(
        predictions,
        stepIndex,
      );
      const next = new Float32Array(sample.length);
      const predictedOriginal = new Float32Array(sample.length);
      for (let i = 0; i < sample.length; i++) {
        const x = sample[i] as number;
        const output = modelOutput[i] as number;
        const foreseen = originalFromSample * x + originalFromOutput * output;
        const clipped = Math.min(Math.max(foreseen, -plan.clip), plan.clip);
        const original = boundary.out * clipped + boundary.skip * x;
        predictedOriginal[i] = original;
        // epsilon is not corrected for the clipping: diffusers' use_clipped_model_output = False.
        const carried = to.signal * original + to.noise * (noiseFromSample * x + noiseFromOutput * output);
        next[i] = noise ? carried + fresh * (noise[i] as number) : carried;
      }
      return { sample: next, predictedOriginal, memory: NO_MEMORY };
    },
  };
}
