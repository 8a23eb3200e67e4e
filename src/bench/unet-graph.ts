import { buildUnet, type UNetGraph } from '../engine/graph/unet/unet.ts';
import { latentSpaceOf } from '../engine/pipeline/image-codec.ts';
import type { PictureSize } from '../engine/pipeline/unet-session.ts';
import { ClipTokenizer } from '../engine/tokenizer/clip-tokenizer.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';

export interface BenchUnet {
  readonly graph: UNetGraph;
  /** height and width */
  readonly latents: readonly [number, number];
  /** of the picture */
  readonly size: PictureSize;
}

/** A model's U-Net by itself, at the model's own size, as the pipeline has it. */
export function unetGraphOf(model: ModelFolder): BenchUnet {
  const { width, height } = model.card;
  const { downscale } = latentSpaceOf(model.vae);
  const latents = [height / downscale, width / downscale] as const;
  const { maxLength: tokens } = ClipTokenizer.open(model.tokenizer.folder, model.tokenizer.pad);
  const { config, weights } = model.unet;
  const graph = buildUnet({
    config,
    weights,
    root: model.dir,
    compute: 'float32',
    height: latents[0],
    width: latents[1],
    tokens,
  });
  return { graph, latents, size: { width, height } };
}
