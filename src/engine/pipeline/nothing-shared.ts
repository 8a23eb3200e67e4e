import type { UNetGraph } from '../graph/unet/unet.ts';
import { float32Tensor, int64Tensor, type TensorValue } from '../runtime/tensor-value.ts';
import { promptFeeds } from './prompt-feeds.ts';

/**
 * The operations' inputs left empty, with which the graph is the plain U-Net: no bank, queries of one's own, no
 * injection, one prompt for each picture.
 */
export function nothingShared(
  { attentionLevels, promptLevels, maskLevel, injectLevel, memoryLayers }: UNetGraph,
  rows: number,
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {
    query_source: int64Tensor(Array.from({ length: rows }, (_, row) => row)),
    query_strength: float32Tensor(new Float32Array(rows), [rows]),
    ...promptFeeds(
      Array.from({ length: rows }, () => []),
      promptLevels,
      maskLevel,
    ),
  };
  for (const { height, tokens } of attentionLevels.filter(({ shared }) => shared)) {
    feeds[`bank_index_${height}`] = int64Tensor([], [rows, 0]);
    feeds[`bank_length_${height}`] = int64Tensor(new Uint8Array(rows));
    feeds[`bank_owner_${height}`] = int64Tensor([], [rows, 0]);
    feeds[`bank_viewer_${height}`] = int64Tensor(new Uint8Array(rows * tokens), [rows, tokens]);
  }
  feeds[`inject_rows_${injectLevel.height}`] = int64Tensor([]);
  feeds[`inject_source_${injectLevel.height}`] = int64Tensor([]);
  feeds[`inject_weight_${injectLevel.height}`] = float32Tensor(new Float32Array(0), [0]);
  for (const { kind, name, height, channels } of memoryLayers) {
    feeds[`keep_${kind}_${height}`] = int64Tensor([]);
    feeds[`given_${kind}/${name}`] = float32Tensor(new Float32Array(0), [0, channels]);
  }
  return feeds;
}
