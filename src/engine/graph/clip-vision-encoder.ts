import { z } from 'zod';
import type { TensorIndex } from '../weights/tensor-index.ts';
import { encoderLayer, expectShape } from './clip-encoder-layer.ts';
import type { ComputeType } from './element-type.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { layerNorm, linear } from './layers.ts';
import { only, parseConfig } from './parse-config.ts';

/**
 * transformers' CLIPVisionConfig and its defaults. Not strict: published files carry dozens of fields of transformers'
 * own that say nothing of the model.
 */
const schema = z
  .object({
    hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
    hidden_size: z.int().positive().default(768),
    image_size: z.int().positive().default(224),
    intermediate_size: z.int().positive().default(3072),
    layer_norm_eps: z.number().positive().default(1e-5),
    model_type: only('clip_vision_model'),
    num_attention_heads: z.int().positive().default(12),
    num_channels: only(3),
    num_hidden_layers: z.int().positive().default(12),
    patch_size: z.int().positive().default(32),
    projection_dim: z.int().positive().default(512),
  })
  .refine((config) => config.hidden_size % config.num_attention_heads === 0, {
    path: ['num_attention_heads'],
    message: 'does not divide hidden_size',
  })
  .refine((config) => config.image_size % config.patch_size === 0, {
    path: ['patch_size'],
    message: 'does not divide image_size',
  });

export interface ClipVisionEncoderOptions {
  /** parsed config.json of the vision encoder, or the `vision_config` of a whole CLIP */
  readonly config: unknown;
  readonly weights: TensorIndex;
  /** folder that the weights' files lie under */
  readonly root: string;
  readonly compute: ComputeType;
}

export interface ClipVisionEncoderGraph {
  /** ModelProto */
  readonly model: Uint8Array;
  /** pixels of a picture's side */
  readonly imageSize: number;
  /** P, width of the embeddings */
  readonly projectionDim: number;
}

const PREFIX = 'vision_model';

/**
 * Writes the graph of transformers' CLIPVisionModelWithProjection: `pixel_values` [batch, 3, S, S], normalised ->
 * `image_embeds` [batch, P]. A whole CLIP's file may be given; its text encoder is left alone.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildClipVisionEncoder(options: ClipVisionEncoderOptions): ClipVisionEncoderGraph {
  const config = parseConfig(schema, options.config, 'CLIP vision encoder');
  const { hidden_size: width, image_size: size, patch_size: patch, layer_norm_eps: epsilon } = config;
  const g = new Graph(options);
  const pixels = g.input('pixel_values', g.compute, ['batch', 3, size, size]);
  const patches = (size / patch) ** 2;

  const named = (name: string) => `${PREFIX}.embeddings.${name}`;
  expectShape(g, named('patch_embedding.weight'), [width, 3, patch, patch]);
  expectShape(g, named('position_embedding.weight'), [patches + 1, width]);
  const seen = g.conv(pixels, g.weight(named('patch_embedding.weight')), undefined, { stride: patch }); // [B, C, h, w]
  const tokens = g.transpose(g.reshape(seen, ['batch', width, patches]), [0, 2, 1]); // [B, h * w, C]
  const ofPicture = g.weight(named('class_embedding'), { shape: [1, 1, width] });
  const all = g.concat([g.expand(ofPicture, ['batch', 1, width], pixels), tokens], 1); // [B, 1 + h * w, C]
  const placed = g.add(all, g.weight(named('position_embedding.weight')));

  const first = layerNorm(g, placed, `${PREFIX}.pre_layrnorm`, epsilon); // sic
  const last = Array.from({ length: config.num_hidden_layers }, (_, i) => `${PREFIX}.encoder.layers.${i}`).reduce(
    (x: Value, name) => g.within(name, () => encoderLayer(g, x, name, config)),
    first,
  );
  const state = layerNorm(g, g.reshape(g.slice(last, 1, 0, 1), ['batch', width]), `${PREFIX}.post_layernorm`, epsilon);
  expectShape(g, 'visual_projection.weight', [config.projection_dim, width]);
  g.output('image_embeds', linear(g, state, 'visual_projection', { bias: false }));
  const model = g.encode({
    mayIgnore: (name) => /^(text_model\.|text_projection\.|logit_scale$)|\.position_ids$/.test(name),
  });
  return { model, imageSize: size, projectionDim: config.projection_dim };
}
