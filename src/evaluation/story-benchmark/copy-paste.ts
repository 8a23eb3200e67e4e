import { meanOf } from '../../inspection/pairs.ts';
import { cosine, type Vector } from './looking/cosine.ts';

/** Low, so that the nearest reference takes nearly all (ViStoryBench, appendix L). */
const TEMPERATURE = 0.01;

/**
 * ViStoryBench's copy rate (equation S1): the softmax of the similarities of a generated character to its references,
 * at the reference that it was drawn from. 1: it is like that picture and no other.
 * @param others further pictures of the same character
 */
export function copyRate(generated: Vector, drawnFrom: Vector, others: readonly Vector[]): number {
  const own = cosine(generated, drawnFrom);
  // shifted by the own similarity: e^100 and more would be added otherwise
  const rest = others.reduce((sum, other) => sum + Math.exp((cosine(generated, other) - own) / TEMPERATURE), 0);
  return 1 / (1 + rest);
}

/**
 * Mean copy rate of a character's pictures.
 * @returns null without pictures, and without others, where there is nothing to choose from
 */
export const copyPasteRate = (
  generated: readonly Vector[],
  drawnFrom: Vector,
  others: readonly Vector[],
): number | null =>
  others.length === 0 ? null : meanOf(generated.map((picture) => copyRate(picture, drawnFrom, others)));
