import type { Scheduler } from './scheduler.ts';
import { configError, type PredictionType } from './scheduler-config.ts';

/** A noise level: sample = signal * x0 + noise * epsilon. */
export interface NoiseLevel {
  readonly signal: number;
  readonly noise: number;
}

/**
 * x0 and epsilon as linear functions of the sample and the U-Net's output, e.g.
 * x0 = originalFromSample * sample + originalFromOutput * output.
 */
export interface Prediction {
  readonly originalFromSample: number;
  readonly originalFromOutput: number;
  readonly noiseFromSample: number;
  readonly noiseFromOutput: number;
}

/** The level of variance-preserving diffusion, whose samples have the variance that the U-Net wants to see. */
export function levelOf(alphaBar: number): NoiseLevel {
  return { signal: Math.sqrt(alphaBar), noise: Math.sqrt(1 - alphaBar) };
}

/** standard deviation of a sample at that level, if x0 has 1; the U-Net wants to see 1 */
export function magnitudeOf({ signal, noise }: NoiseLevel): number {
  return Math.sqrt(signal * signal + noise * noise);
}

/** How x0 and epsilon follow from what the U-Net answers at a level. */
export function predictionAt(level: NoiseLevel, type: PredictionType): Prediction {
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

/** @throws UserError `scheduler-config-invalid` where x0 would be what is left of the signal divided by zero */
export function assertSignal(first: NoiseLevel | undefined, type: PredictionType): void {
  if (type !== 'epsilon' || first?.signal !== 0) return;
  throw configError([
    {
      field: 'prediction_type',
      expected:
        '"prediction_type" other than "epsilon" when the first step has zero SNR (there is no signal to divide by)',
      got: '"epsilon"',
    },
  ]);
}

/** What all samplers do with a training timestep, whatever levels they visit themselves. */
export function trainingNoise(
  alphaBars: Float64Array,
  predictionType: PredictionType,
): Pick<Scheduler, 'addNoise' | 'foresee' | 'stride'> {
  return {
    addNoise(original, noise, timestep) {
      assertSameLength(original, noise);
      const level = levelOf(entry(alphaBars, timestep));
      return original.map((value, i) => level.signal * value + level.noise * (noise[i] as number));
    },

    foresee(modelOutput, noised, timestep) {
      assertSameLength(modelOutput, noised);
      const { originalFromSample, originalFromOutput } = predictionAt(
        levelOf(entry(alphaBars, timestep)),
        predictionType,
      );
      return noised.map((value, i) => originalFromSample * value + originalFromOutput * (modelOutput[i] as number));
    },

    stride(modelOutput, noised, timestep, to) {
      assertSameLength(modelOutput, noised);
      const prediction = predictionAt(levelOf(entry(alphaBars, timestep)), predictionType);
      const { signal, noise } = levelOf(entry(alphaBars, to));
      const ofSample = signal * prediction.originalFromSample + noise * prediction.noiseFromSample;
      const ofOutput = signal * prediction.originalFromOutput + noise * prediction.noiseFromOutput;
      return noised.map((value, i) => ofSample * value + ofOutput * (modelOutput[i] as number));
    },
  };
}

/** @throws RangeError in place of an undefined that would become NaN */
export function entry<Value>(list: ArrayLike<Value>, index: number): Value {
  const value = list[index];
  if (value === undefined) throw new RangeError(`scheduler: no step or timestep ${index} in 0..${list.length - 1}`);
  return value;
}

/** @throws RangeError */
export function assertSameLength(...latents: readonly Float32Array[]): void {
  const lengths = latents.map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) {
    throw new RangeError(`scheduler: latents of ${lengths.join(' and ')} values differ`);
  }
}
