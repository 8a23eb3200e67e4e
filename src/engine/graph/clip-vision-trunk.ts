import { z } from 'zod';
import { encoderLayer, expectShape } from './clip-encoder-layer.ts';
import type { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { conv2d, layerNorm, linear } from './layers.ts';
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
    model_type: only('clip_vision_model', 'clipseg_vision_model'),
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

export type ClipVisionConfig = z.output<typeof schema>;

/** @throws UserError `config-unsupported` */
export const parseClipVisionConfig = (json: unknown): ClipVisionConfig =>
  parseConfig(schema, json, 'CLIP vision encoder');

/** Where the vision encoder lies in a whole CLIP's file. */
export const CLIP_VISION = 'vision_model';

/**
 * What CLIP's vision encoder makes of `pixels` [B, 3, S, S] up to a layer: the hidden states [B, 1 + patches, C] before
 * the first of `layers` layers, and after each. Where there are other numbers of patches than positions, these are
 * interpolated, as CLIPSeg does.
 * @param preNorm whether tokens are normalised before the first layer: by CLIP, and not by other vision transformers
 * @throws UserError `tensor-shape`
 */
export function clipVisionStates(
  g: Graph,
  pixels: Value,
  config: ClipVisionConfig,
  layers: number,
  preNorm = true,
): Value[] {
  const tokens = embedded(g, pixels, config);
  const first = preNorm ? layerNorm(g, tokens, `${CLIP_VISION}.pre_layrnorm`, config.layer_norm_eps) : tokens; // sic
  const states = [first];
  for (let i = 0; i < layers; i++) {
    const name = `${CLIP_VISION}.encoder.layers.${i}`;
    states.push(g.within(name, () => encoderLayer(g, states[i] as Value, name, config)));
  }
  return states;
}

/** What of a hidden state [B, T, C] is the whole picture's: [B, C] */
export const pictureToken = (g: Graph, state: Value): Value => {
  const [batch = 1, , width = 1] = state.shape;
  return g.reshape(g.slice(state, 1, 0, 1), [batch, width]);
};

/** The picture's embedding [B, P], of the last layer's hidden states. @throws UserError `tensor-shape` */
export function pictureEmbedding(g: Graph, last: Value, config: ClipVisionConfig): Value {
  const { hidden_size: width, layer_norm_eps: epsilon, projection_dim: projection } = config;
  expectShape(g, 'visual_projection.weight', [projection, width]);
  const state = layerNorm(g, pictureToken(g, last), `${CLIP_VISION}.post_layernorm`, epsilon);
  return linear(g, state, 'visual_projection', { bias: false });
}

/** -> [B, 1 + patches, C]: a token for the picture, and one for each patch, row by row */
function embedded(
  g: Graph,
  pixels: Value,
  { hidden_size: width, patch_size: patch, image_size }: ClipVisionConfig,
): Value {
  const named = (name: string) => `${CLIP_VISION}.embeddings.${name}`;
  const batch = pixels.shape[0] as Value['shape'][number];
  expectShape(g, named('patch_embedding.weight'), [width, 3, patch, patch]);
  const seen = conv2d(g, pixels, named('patch_embedding'), { stride: patch, padding: 0 }); // [B, C, h, w]
  const side = seen.shape[2] as number;
  const tokens = g.transpose(g.reshape(seen, [batch, width, side ** 2]), [0, 2, 1]); // [B, h * w, C]
  const ofPicture = g.weight(named('class_embedding'), { shape: [1, 1, width] });
  const all = g.concat([g.expand(ofPicture, [batch, 1, width], pixels), tokens], 1); // [B, 1 + h * w, C]
  return g.add(all, positions(g, named('position_embedding.weight'), width, image_size / patch, side));
}

/** [1 + from², C] as they lie, or the patches' interpolated -> [1 + to², C] */
function positions(g: Graph, name: string, width: number, from: number, to: number): Value {
  expectShape(g, name, [from ** 2 + 1, width]);
  if (from === to) return g.weight(name);
  const square = g.reshape(g.weight(name, { rows: [1, from ** 2 + 1] }), [1, from, from, width]);
  const larger = g.resizeCubic(g.transpose(square, [0, 3, 1, 2]), to, to); // [1, C, to, to]
  const rows = g.reshape(g.transpose(larger, [0, 2, 3, 1]), [to ** 2, width]);
  return g.concat([g.weight(name, { rows: [0, 1] }), rows], 0);
}
