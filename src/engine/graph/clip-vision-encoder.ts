import type { TensorIndex } from '../weights/tensor-index.ts';
import { clipVisionStates, parseClipVisionConfig, pictureEmbedding } from './clip-vision-trunk.ts';
import type { ComputeType } from './element-type.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';

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

/**
 * Writes the graph of transformers' CLIPVisionModelWithProjection: `pixel_values` [batch, 3, S, S], normalised ->
 * `image_embeds` [batch, P]. A whole CLIP's file may be given; its text encoder is left alone.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildClipVisionEncoder(options: ClipVisionEncoderOptions): ClipVisionEncoderGraph {
  const config = parseClipVisionConfig(options.config);
  const { image_size: size } = config;
  const g = new Graph(options);
  const pixels = g.input('pixel_values', g.compute, ['batch', 3, size, size]);
  const last = clipVisionStates(g, pixels, config, config.num_hidden_layers).at(-1) as Value;
  g.output('image_embeds', pictureEmbedding(g, last, config));
  const model = g.encode({
    mayIgnore: (name) => /^(text_model\.|text_projection\.|logit_scale$)|\.position_ids$/.test(name),
  });
  return { model, imageSize: size, projectionDim: config.projection_dim };
}
