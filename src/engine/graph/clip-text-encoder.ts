import type { TensorIndex } from '../weights/tensor-index.ts';
import { encoderLayer, expectShape } from './clip-encoder-layer.ts';
import { type ClipTextConfig, parseClipTextConfig } from './clip-text-config.ts';
import { times } from './dim.ts';
import type { ComputeType } from './element-type.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { embedding, layerNorm, linear } from './layers.ts';
import type { LoraUpdates } from './lora-updates.ts';

export interface ClipTextEncoderOptions {
  /** parsed config.json */
  readonly config: unknown;
  readonly weights: TensorIndex;
  /** folder that the weights' files lie under */
  readonly root: string;
  readonly compute: ComputeType;
  /** of its modules, one map per LoRA; for each that it uses the graph has an input `lora_weight_N` [1] */
  readonly loras?: readonly LoraUpdates[];
  /**
   * Which hidden states condition the U-Net: those that the last layer gets (SDXL), or what it makes of them, after
   * the final layer norm (SD 1.5).
   */
  readonly hiddenState: 'penultimate' | 'last';
  /** Also give the pooled embedding; by default if the model has a projection for it. */
  readonly pooled?: boolean;
  /** T, tokens of a prompt; by default as many as the model has positions for */
  readonly tokens?: number;
}

export interface ClipTextEncoderGraph {
  /** ModelProto */
  readonly model: Uint8Array;
  readonly hiddenSize: number;
  /** width of `text_embeds`, if the model has that output */
  readonly projectionDim: number | undefined;
  /** T */
  readonly maxLength: number;
  /** for eosIndex */
  readonly eosTokenId: number;
}

/** Added to a masked product: its exponential is zero, and half precision can hold it. */
const MASKED = -1e4;

/**
 * Writes the graph of transformers' CLIPTextModel or CLIPTextModelWithProjection.
 *
 * Inputs: `input_ids` int64 [batch, T] and, with pooling, `eos_index` int64 [batch] (see eosIndex). Outputs:
 * `hidden_states` [batch, T, C] and, with pooling, `text_embeds` [batch, P] or, without a projection, `pooled` [batch, C].
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildClipTextEncoder(options: ClipTextEncoderOptions): ClipTextEncoderGraph {
  const config = parseClipTextConfig(options.config);
  const g = new Graph(options);
  // transformers 5 saves CLIPTextModel without the prefix that all earlier files have
  const prefix = g.hasWeight('text_model.embeddings.token_embedding.weight') ? 'text_model.' : '';
  const projected = config.architectures
    ? config.architectures[0] === 'CLIPTextModelWithProjection'
    : g.hasWeight('text_projection.weight');
  const pooled = options.pooled ?? projected;
  const tokens = options.tokens ?? config.max_position_embeddings;
  if (tokens > config.max_position_embeddings) {
    throw new Error(`${tokens} tokens, but the model has ${config.max_position_embeddings} positions`);
  }

  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => `${prefix}encoder.layers.${i}`);
  const mask = causalMask(g, tokens);
  const runLayer = (x: Value, name: string) => g.within(name, () => encoderLayer(g, x, name, config, mask));
  const penultimate = layers.slice(0, -1).reduce(runLayer, embeddings(g, `${prefix}embeddings`, config, tokens));
  const normalize = (x: Value) => layerNorm(g, x, `${prefix}final_layer_norm`, config.layer_norm_eps);
  const needsLast = pooled || options.hiddenState === 'last';
  const last = needsLast ? runLayer(penultimate, layers.at(-1) as string) : penultimate;
  g.output('hidden_states', options.hiddenState === 'last' ? normalize(last) : penultimate);
  if (pooled) {
    const atEos = g.gatherPerRow(last, g.unsqueeze(g.input('eos_index', 'int64', ['batch']), [1])); // [B, 1, C]
    const state = normalize(g.reshape(atEos, ['batch', config.hidden_size]));
    if (projected) {
      expectShape(g, 'text_projection.weight', [config.projection_dim, config.hidden_size]);
      g.output('text_embeds', linear(g, state, 'text_projection', { bias: false }));
    } else g.output('pooled', state);
  }

  const unread = needsLast ? [] : [layers.at(-1) as string, `${prefix}final_layer_norm`];
  if (!pooled && projected) unread.push('text_projection');
  return {
    model: g.encode({
      // position_ids is a buffer of 0, 1, 2, ... that older versions of transformers saved
      mayIgnore: (name) =>
        name === `${prefix}embeddings.position_ids` || unread.some((module) => name.startsWith(`${module}.`)),
    }),
    hiddenSize: config.hidden_size,
    projectionDim: pooled && projected ? config.projection_dim : undefined,
    maxLength: tokens,
    eosTokenId: config.eos_token_id,
  };
}

/** Token and position embeddings -> [B, T, C] */
function embeddings(g: Graph, name: string, config: ClipTextConfig, tokens: number): Value {
  expectShape(g, `${name}.token_embedding.weight`, [config.vocab_size, config.hidden_size]);
  expectShape(g, `${name}.position_embedding.weight`, [config.max_position_embeddings, config.hidden_size]);
  const ids = g.input('input_ids', 'int64', ['batch', tokens]);
  const rows = embedding(g, g.reshape(ids, [times('batch', tokens)]), `${name}.token_embedding`);
  const positions = g.weight(`${name}.position_embedding.weight`, { rows: [0, tokens] }); // [T, C]
  return g.add(g.reshape(rows, ['batch', tokens, config.hidden_size]), positions);
}

/** Lets each token look at itself and those before it. [1, 1, T, T] */
function causalMask(g: Graph, tokens: number): Value {
  const mask = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? MASKED : 0,
  );
  return g.floats(mask, [1, 1, tokens, tokens], 'causal');
}
