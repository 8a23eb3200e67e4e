import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { eosIndex } from '../../engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../engine/graph/clip-text-encoder.ts';
import { buildClipVisionEncoder } from '../../engine/graph/clip-vision-encoder.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { int64Tensor } from '../../engine/runtime/tensor-value.ts';
import { ClipTokenizer } from '../../engine/tokenizer/clip-tokenizer.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import { readJson } from '../../engine/weights/read-json.ts';
import { clipPixels } from './clip-pixels.ts';

/** CLIP, for what pictures and texts have in common (arXiv 2103.00020). Embeddings have length 1. */
export interface Clip {
  embedPicture(picture: RasterImage): Promise<Float32Array>;
  embedText(text: string): Promise<Float32Array>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/**
 * What the text encoder is made of, and transformers' defaults. The other fields of published files are transformers'
 * own, from the time when every configuration carried all of them.
 */
const TEXT = z.object({
  eos_token_id: z.int().optional(),
  hidden_act: z.string().default('quick_gelu'),
  hidden_size: z.int().default(512),
  intermediate_size: z.int().default(2048),
  layer_norm_eps: z.number().default(1e-5),
  max_position_embeddings: z.int().default(77),
  num_attention_heads: z.int().default(8),
  num_hidden_layers: z.int().default(12),
  vocab_size: z.int().default(49408),
});

const CONFIG = z.object({
  model_type: z.literal('clip'),
  projection_dim: z.int().default(512),
  text_config: TEXT,
  vision_config: z.record(z.string(), z.unknown()),
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
  const tokenizer = ClipTokenizer.open(root);
  const shared = { root, compute: 'float32' } as const;
  const vision = buildClipVisionEncoder({ ...shared, weights, config: { ...config.vision_config, projection_dim } });
  const text = buildClipTextEncoder({
    ...shared,
    weights: new Map([...weights].filter(([name]) => /^text_(model|projection)\./.test(name))),
    config: { ...config.text_config, projection_dim, architectures: ['CLIPTextModelWithProjection'] },
    hiddenState: 'penultimate',
    tokens: tokenizer.maxLength,
  });
  const options = { weightsFolder: root, providers: ['cpu'], threads };
  const pictures = await OnnxSession.create(vision.model, options);
  const texts = await OnnxSession.create(text.model, options).catch(async (error: unknown) => {
    await pictures.release();
    throw error;
  });
  return {
    embedPicture: async (picture) => {
      const { image_embeds } = await pictures.run({ pixel_values: await clipPixels(picture, vision.imageSize) }, [
        'image_embeds',
      ]);
      return normalized(image_embeds?.data as Float32Array);
    },
    embedText: async (prompt) => {
      const { ids } = tokenizer.tokenize(prompt);
      const feeds = {
        input_ids: int64Tensor(ids, [1, text.maxLength]),
        eos_index: int64Tensor([eosIndex(ids, text.eosTokenId)]),
      };
      const { text_embeds } = await texts.run(feeds, ['text_embeds']);
      return normalized(text_embeds?.data as Float32Array);
    },
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
