import type { BlobStore } from '../blobs/blob-store.ts';
import type { DrawnPanel, DrawnStory } from '../engine/draw-story.ts';
import { encodeSafetensors } from '../engine/weights/safetensors.ts';
import type { StoredTensor } from '../engine/weights/tensor-data.ts';
import { encodePng } from '../render/canvas.ts';

/** Before the character's id, in the name of a mask's tensor. */
export const MASKS = 'masks.';

/**
 * Puts what was drawn into the blob store: the picture as PNG, and its latents [C, H, W] with the masks [h, w] of
 * those in it as safetensors.
 */
export async function putTake(
  blobs: Pick<BlobStore, 'put'>,
  { image, latents, masks }: DrawnPanel,
  { latentShape, maskGrid }: Pick<DrawnStory, 'latentShape' | 'maskGrid'>,
): Promise<{ readonly pictureHash: string; readonly latentsHash: string }> {
  const tensors: Record<string, StoredTensor> = {
    latents: { type: 'float32', shape: latentShape, data: latents },
  };
  for (const [characterId, mask] of Object.entries(masks)) {
    tensors[`${MASKS}${characterId}`] = { type: 'uint8', shape: [maskGrid.height, maskGrid.width], data: mask };
  }
  return {
    pictureHash: await blobs.put(await encodePng(image), 'image/png'),
    latentsHash: await blobs.put(encodeSafetensors(tensors, {}), 'application/x-safetensors'),
  };
}
