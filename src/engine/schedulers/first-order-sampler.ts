import type { Scheduler, SchedulerStep } from './scheduler.ts';
import type { PredictionType } from './scheduler-config.ts';

/** A noise level: sample = signal * x0 + noise * epsilon. */
export interface NoiseLevel {
  readonly signal: number;
  readonly noise: number;
}

export interface SamplingStep {
  /** what the U-Net is told */
  readonly timestep: number;
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
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
 * x0 and epsilon as linear functions of the sample and the U-Net's output, e.g.
 * x0 = originalFromSample * sample + originalFromOutput * output.
 */
interface Prediction {
  readonly originalFromSample: number;
  readonly originalFromOutput: number;
  readonly noiseFromSample: number;
  readonly noiseFromOutput: number;
}

/**
 * The deterministic first-order sampler (DDIM with eta = 0, Song et al. 2020, eq. 12): foresee x0 and epsilon, mix
 * them anew at the next level. Euler's method on the probability flow ODE (Karras et al. 2022) is the same step on
 * levels {1, sigma}; the samplers differ in their levels only. Coefficients and sums are double precision.
 */
export function createFirstOrderSampler(plan: SamplingPlan): Scheduler {
  const predictions = plan.steps.map(({ from }) => predictionAt(from, plan.predictionType));
  return {
    timesteps: plan.steps.map(({ timestep }) => timestep),
    initNoiseSigma: plan.initNoiseSigma,

    scaleModelInput(sample, stepIndex) {
      const { from } = entry(plan.steps, stepIndex);
      const magnitude = magnitudeOf(from);
      return magnitude === 1 ? sample : sample.map((value) => value / magnitude);
    },

    step(modelOutput, stepIndex, sample): SchedulerStep {
      assertSameLength(modelOutput, sample);
      const { to } = entry(plan.steps, stepIndex);
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
        const original = Math.min(Math.max(foreseen, -plan.clip), plan.clip);
        predictedOriginal[i] = original;
        // epsilon is not corrected for the clipping: diffusers' use_clipped_model_output = False.
        next[i] = to.signal * original + to.noise * (noiseFromSample * x + noiseFromOutput * output);
      }
      return { sample: next, predictedOriginal };
    },

    addNoise(original, noise, timestep) {
      assertSameLength(original, noise);
      const alphaBar = entry(plan.alphaBars, timestep);
      const signalShare = Math.sqrt(alphaBar);
      const noiseShare = Math.sqrt(1 - alphaBar);
      return original.map((value, i) => signalShare * value + noiseShare * (noise[i] as number));
    },

    foresee(modelOutput, noised, timestep) {
      assertSameLength(modelOutput, noised);
      const alphaBar = entry(plan.alphaBars, timestep);
      const level = { signal: Math.sqrt(alphaBar), noise: Math.sqrt(1 - alphaBar) };
      const { originalFromSample, originalFromOutput } = predictionAt(level, plan.predictionType);
      return noised.map((value, i) => originalFromSample * value + originalFromOutput * (modelOutput[i] as number));
    },
  };
}

function predictionAt(level: NoiseLevel, type: PredictionType): Prediction {
  const { signal, noise } = level;
  switch (type) {
    case 'epsilon':
      return {
        originalFromSample: 1 / signal,
        originalFromOutput: -noise / signal,
        noiseFromSample: 0,
        noiseFromOutput: 1,
      };
    case 'sample':
      return {
        originalFromSample: 0,
        originalFromOutput: 1,
        noiseFromSample: 1 / noise,
        noiseFromOutput: -signal / noise,
      };
    case 'v_prediction': {
      // v = (signal * epsilon - noise * x0) / magnitude, for velocity is defined where the magnitude is 1.
      const magnitude = magnitudeOf(level);
      return {
        originalFromSample: signal / magnitude ** 2,
        originalFromOutput: -noise / magnitude,
        noiseFromSample: noise / magnitude ** 2,
        noiseFromOutput: signal / magnitude,
      };
    }
  }
}

/** standard deviation of a sample at that level, if x0 has 1; the U-Net wants to see 1 */
function magnitudeOf({ signal, noise }: NoiseLevel): number {
  return Math.sqrt(signal * signal + noise * noise);
}

function entry<Value>(list: ArrayLike<Value>, index: number): Value {
  const value = list[index];
  if (value === undefined) throw new RangeError(`scheduler: no step or timestep ${index} in 0..${list.length - 1}`);
  return value;
}

function assertSameLength(a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length) throw new RangeError(`scheduler: latents of ${a.length} and ${b.length} values differ`);
}
