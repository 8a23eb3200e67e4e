import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { textConfigOfWhole } from '../../engine/graph/clip-text-config.ts';
import { buildClipVisionEncoder } from '../../engine/graph/clip-vision-encoder.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import { ANY_OBJECT, readJson } from '../../engine/weights/read-json.ts';
import { clipPixels } from './clip-pixels.ts';
import { openClipTexts } from './clip-texts.ts';

/** CLIP, for what pictures and texts have in common (arXiv 2103.00020). Embeddings have length 1. */
export interface Clip {
  embedPicture(picture: RasterImage): Promise<Float32Array>;
  embedText(text: string): Promise<Float32Array>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

const CONFIG = z.object({
  model_type: z.literal('clip'),
  projection_dim: z.int().default(512),
  text_config: ANY_OBJECT,
  vision_config: ANY_OBJECT,
});

/**
 * Opens a whole CLIP as transformers saves it, such as openai/clip-vit-large-patch14: config.json, the weights and the
 * tokenizer's files in one folder.
 * @throws UserError for files that are missing or not understood
 */
export async function openClip(folder: string, { threads }: { readonly threads: number }): Promise<Clip> {
  const root = fs.realpathSync(folder);
  const config = readJson(path.join(root, 'config.json'), CONFIG);
  const { projection_dim } = config;
  const weights = openCheckpoint(root, 'model');
  const vision = buildClipVisionEncoder({
    root,
    compute: 'float32',
    weights,
    config: { ...config.vision_config, projection_dim },
  });
  const text = textConfigOfWhole(config.text_config, projection_dim);
  const texts = await openClipTexts({ root, weights, config: text, threads });
  const options = { weightsFolder: root, providers: ['cpu'], threads };
  const pictures = await OnnxSession.create(vision.model, options).catch(async (error: unknown) => {
    await texts.release();
    throw error;
  });
  return {
    embedPicture: async (picture) => {
      const { image_embeds } = await pictures.run({ pixel_values: await clipPixels(picture, vision.imageSize) }, [
        'image_embeds',
      ]);
      return normalized(image_embeds?.data as Float32Array);
    },
    embedText: async (prompt) => normalized(await texts.embed(prompt)),
    release: async () => {
      await pictures.release();
      await texts.release();
    },
  };
}

function normalized(embedding: Float32Array): Float32Array {
  const length = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
  return embedding.map((value) => value / length);
}
