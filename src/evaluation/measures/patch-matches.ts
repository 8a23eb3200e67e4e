import type { Mask } from '../../engine/consistory/subject-mask.ts';

/** An image's features and where its subject is. */
export interface SubjectFeatures {
  /** [C, S], S patches */
  readonly features: Float32Array;
  /** [S] */
  readonly mask: Mask;
}

/** A subject patch of one image and the patch of the other's subject that is likest to it. */
export interface PatchMatch {
  readonly patch: number;
  readonly likest: number;
  /** cosine, -1 to 1 */
  readonly similarity: number;
}

/** Two subjects' patches, each with the likest one of the other's subject; none if a mask is empty. */
export interface MatchedSubjects {
  /** of the one's patches */
  readonly forth: readonly PatchMatch[];
  /** of the other's */
  readonly back: readonly PatchMatch[];
}

/** Patches at a time that are compared with all of the other's: those of a large model (1280 channels) stay in the cache. */
const BLOCK = 64;

/** Matches the patches of two subjects by cosine similarity. */
export function matchSubjects(one: SubjectFeatures, other: SubjectFeatures): MatchedSubjects {
  const [ones, others] = [unitPatches(one), unitPatches(other)];
  const [forth, back] = [new Best(ones.length), new Best(others.length)];
  for (let start = 0; start < others.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, others.length);
    for (const [i, { values }] of ones.entries()) {
      for (let j = start; j < end; j++) {
        const cosine = dot(values, (others[j] as UnitPatch).values);
        forth.offer(i, j, cosine);
        back.offer(j, i, cosine);
      }
    }
  }
  return { forth: forth.matches(ones, others), back: back.matches(others, ones) };
}

/** The likest so far of each; of equals the first. */
class Best {
  private readonly likest: Int32Array;
  private readonly similarity: Float64Array;

  constructor(patches: number) {
    this.likest = new Int32Array(patches);
    this.similarity = new Float64Array(patches).fill(Number.NEGATIVE_INFINITY);
  }

  offer(of: number, candidate: number, similarity: number): void {
    if (similarity <= (this.similarity[of] as number)) return;
    this.likest[of] = candidate;
    this.similarity[of] = similarity;
  }

  matches(own: readonly UnitPatch[], candidates: readonly UnitPatch[]): PatchMatch[] {
    if (candidates.length === 0) return [];
    return own.map(({ patch }, i) => ({
      patch,
      likest: (candidates[this.likest[i] as number] as UnitPatch).patch,
      similarity: this.similarity[i] as number,
    }));
  }
}

interface UnitPatch {
  readonly patch: number;
  /** [C], of length 1 */
  readonly values: Float64Array;
}

/** The patches inside the mask. */
function unitPatches({ features, mask }: SubjectFeatures): UnitPatch[] {
  const channels = features.length / mask.length;
  return [...mask].flatMap((inside, patch) => {
    if (!inside) return [];
    const raw = Float64Array.from({ length: channels }, (_, c) => features[c * mask.length + patch] as number);
    const length = Math.sqrt(dot(raw, raw)) || 1;
    return [{ patch, values: raw.map((value) => value / length) }];
  });
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] as number) * (other[i] as number);
  return sum;
}
