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

/** For each patch of one subject the likest patch of the other by cosine similarity; none if a mask is empty. */
export function matchPatches(one: SubjectFeatures, other: SubjectFeatures): PatchMatch[] {
  const candidates = unitPatches(other);
  if (candidates.length === 0) return [];
  return unitPatches(one).map(({ patch, values }) => {
    let [likest, similarity] = [0, Number.NEGATIVE_INFINITY];
    for (const candidate of candidates) {
      const cosine = dot(values, candidate.values);
      if (cosine > similarity) [likest, similarity] = [candidate.patch, cosine];
    }
    return { patch, likest, similarity };
  });
}

/** The patches inside the mask, [C] each, of length 1. */
function unitPatches({ features, mask }: SubjectFeatures): { readonly patch: number; readonly values: Float64Array }[] {
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
