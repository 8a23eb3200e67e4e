import { meanOf, pairs } from '../../inspection/pairs.ts';
import { bestAssignment } from './assignment.ts';
import { cosine, type Vector } from './looking/cosine.ts';

/** What is seen in a shot: a feature vector for each creature that was detected. */
export interface ShotSighting {
  /** names of the characters that the script has on stage */
  readonly onStage: readonly string[];
  readonly detected: readonly Vector[];
}

/** Who of those on stage was taken to be which of the detected: name -> index into `detected`. */
export type ShotCast = ReadonlyMap<string, number>;

export interface CharacterSimilarity {
  readonly character: string;
  /** shots that have it on stage, and those of them in which it was matched with a creature */
  readonly shots: number;
  readonly found: number;
  /** mean cosine to the reference; 0 for a character that was never found */
  readonly cross: number;
  /** mean cosine over pairs of shots; null if it is on stage in one shot only, 0 if it was found in fewer than two */
  readonly self: number | null;
}

export interface Cids {
  readonly cross: number | null;
  readonly self: number | null;
  readonly characters: readonly CharacterSimilarity[];
}

/**
 * Who is who in a shot: the bipartite matching of detected creatures with the references of those on stage whose
 * cosines add up to the most (ViStoryBench, appendix I.1, stage 3).
 */
export function castShot({ onStage, detected }: ShotSighting, references: ReadonlyMap<string, Vector>): ShotCast {
  const known = onStage.filter((name) => references.has(name));
  if (known.length === 0 || detected.length === 0) return new Map();
  const similarities = detected.map((seen) => known.map((name) => cosine(seen, references.get(name) as Vector)));
  return new Map(bestAssignment(similarities).map(({ row, column }) => [known[column] as string, row]));
}

/**
 * Character identification similarity (ViStoryBench, §3.3 and appendix I): the mean cosine of matched pairs, against
 * the reference (cross) and between the shots (self), of each character and then over the characters.
 *
 * The paper takes the mean over matched pairs and leaves failed detections out, but for characters that are never
 * found, which count 0; that is done here. How many were found is told beside it, for a shot without its character
 * is no better for it.
 */
export function cids(
  shots: readonly ShotSighting[],
  casts: readonly ShotCast[],
  references: ReadonlyMap<string, Vector>,
): Cids {
  const characters = [...references].map(([character, reference]): CharacterSimilarity => {
    const showing = shots.flatMap((shot, i) => (shot.onStage.includes(character) ? [i] : []));
    const seen = showing.flatMap((i) => {
      const index = casts[i]?.get(character);
      return index === undefined ? [] : [shots[i]?.detected[index] as Vector];
    });
    return {
      character,
      shots: showing.length,
      found: seen.length,
      cross: meanOf(seen.map((vector) => cosine(vector, reference))) ?? 0,
      self: showing.length < 2 ? null : (meanOf(pairs(seen, cosine)) ?? 0),
    };
  });
  const shown = characters.filter(({ shots: count }) => count > 0);
  return {
    cross: meanOf(shown.map(({ cross }) => cross)),
    self: meanOf(shown.map(({ self }) => self ?? undefined)),
    characters: shown,
  };
}
