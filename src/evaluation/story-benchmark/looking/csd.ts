import { meanOf, pairs } from '../../../inspection/pairs.ts';
import { cosine, type Vector } from './cosine.ts';

export interface StyleSimilarity {
  readonly cross: number | null;
  readonly self: number | null;
}

/**
 * Style similarity (ViStoryBench's CSD, §3.3 and appendix J): the mean cosine of style embeddings, of every shot with
 * every reference (cross) and of every two shots (self).
 */
export function styleSimilarity(shots: readonly Vector[], references: readonly Vector[]): StyleSimilarity {
  return {
    cross: meanOf(shots.flatMap((shot) => references.map((reference) => cosine(shot, reference)))),
    self: meanOf(pairs(shots, cosine)),
  };
}

/**
 * A style embedding from the features of a picture: the mean and the standard deviation of every channel over the
 * picture, which say how it is drawn and little of where what is (Huang and Belongie 2017, AdaIN).
 * @param features [C, S]
 */
export function channelStatistics(features: Float32Array, patches: number): Float64Array {
  const channels = features.length / patches;
  const statistics = new Float64Array(channels * 2);
  for (let channel = 0; channel < channels; channel++) {
    const values = features.subarray(channel * patches, (channel + 1) * patches);
    const mean = values.reduce((a, b) => a + b, 0) / patches;
    statistics[channel] = mean;
    statistics[channels + channel] = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / patches);
  }
  return statistics;
}
