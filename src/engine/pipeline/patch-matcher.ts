import type { Correspondence, MatchPatches } from '../consistory/correspondence.ts';
import type { OnnxSession } from '../runtime/onnx-session.ts';
import { float32Tensor, int64Tensor } from '../runtime/tensor-value.ts';
import { packRows } from './unet-session.ts';

/** Added to the similarity of patches outside the subject: below any cosine. */
const OUTSIDE = -1e4;
/** Pairs matched in one run: bounds the similarities held at once (64 MB for 64x64 patches). */
const PAIRS_PER_RUN = 1;

/** Matches patches by the correspondence graph. */
export function patchMatcher(session: OnnxSession): MatchPatches {
  return async (features, pairs) => {
    const found: Correspondence[] = [];
    for (let start = 0; start < pairs.length; start += PAIRS_PER_RUN) {
      const group = pairs.slice(start, start + PAIRS_PER_RUN);
      const patches = group[0]?.sourceMask.length ?? 0;
      const masks = group.map((pair) => Float32Array.from(pair.sourceMask, (inside) => (inside ? 0 : OUTSIDE)));
      const packed = packRows(features.map((image) => image));
      const result = await session.run(
        {
          features: float32Tensor(packed, [features.length, packed.length / features.length / patches, patches]),
          query_image: int64Tensor(group.map((pair) => pair.viewer)),
          key_image: int64Tensor(group.map((pair) => pair.source)),
          key_mask: float32Tensor(packRows(masks), [group.length, patches]),
        },
        ['nearest', 'similarity'],
      );
      const nearest = result.nearest?.data as BigInt64Array;
      const similarity = result.similarity?.data as Float32Array;
      group.forEach((pair, i) => {
        found.push({
          ...pair,
          nearest: Int32Array.from(nearest.subarray(i * patches, (i + 1) * patches), Number),
          similarity: similarity.slice(i * patches, (i + 1) * patches),
        });
      });
    }
    return found;
  };
}
