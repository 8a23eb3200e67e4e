import type { Correspondence, MatchPatches } from '../consistory/correspondence.ts';
import type { Runnable } from '../runtime/onnx-session.ts';
import { float32Tensor, int64Tensor } from '../runtime/tensor-value.ts';
import { packRows } from './unet-session.ts';

/** Added to the similarity of patches outside the subject: below any cosine. */
const OUTSIDE = -1e4;
/** Matches patches by the correspondence graph, pair by pair: similarities of one are 64 MB for 64x64 patches. */
export function patchMatcher(session: Runnable): MatchPatches {
  return async (features, pairs) => {
    const found: Correspondence[] = [];
    for (const pair of pairs) {
      const patches = pair.sourceMask.length;
      const images = [features[pair.viewer] as Float32Array, features[pair.source] as Float32Array];
      const packed = packRows(images);
      const mask = Float32Array.from(pair.sourceMask, (inside) => (inside ? 0 : OUTSIDE));
      const result = await session.run(
        {
          features: float32Tensor(packed, [images.length, packed.length / images.length / patches, patches]),
          query_image: int64Tensor([0]),
          key_image: int64Tensor([1]),
          key_mask: float32Tensor(mask, [1, patches]),
        },
        ['nearest', 'similarity'],
      );
      found.push({
        ...pair,
        nearest: Int32Array.from(result.nearest?.data as BigInt64Array, Number),
        similarity: result.similarity?.data as Float32Array,
      });
    }
    return found;
  };
}
