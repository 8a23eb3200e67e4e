import { UserError } from '../../errors/user-error.ts';
import type { TensorIndex } from '../weights/tensor-index.ts';
import { type ClipLayerConfig, decoderLayer, expectShape } from './clip-encoder-layer.ts';
import { clipVisionStates } from './clip-vision-trunk.ts';
import { type ClipSegConfig, parseClipSegConfig } from './clipseg-config.ts';
import type { ComputeType } from './element-type.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { conv2d, linear } from './layers.ts';

export interface ClipSegOptions {
  /** parsed config.json */
  readonly config: unknown;
  readonly weights: TensorIndex;
  /** folder that the weights' file lies under */
  readonly root: string;
  readonly compute: ComputeType;
  /** S, pixels of a side of the pictures that it looks at: its preprocessor's, not its vision encoder's */
  readonly imageSize: number;
}

export interface ClipSegGraph {
  /** ModelProto */
  readonly model: Uint8Array;
  /** R, cells of a side of its maps */
  readonly mapSize: number;
  /** P, width of a phrase's embedding */
  readonly projectionDim: number;
}

/** Of the file's tensors, those of a whole CLIP. */
const CLIP = /^clip\./;

/** The weights of a CLIPSeg's own CLIP, by the names that they have in a CLIP's file. */
export const clipOfClipSeg = (weights: TensorIndex): TensorIndex =>
  new Map([...weights].filter(([name]) => CLIP.test(name)).map(([name, entry]) => [name.replace(CLIP, ''), entry]));

/**
 * Writes the graph of transformers' CLIPSegForImageSegmentation (arXiv 2112.10003) but for its text encoder, which is
 * CLIP's: `pixel_values` [1, 3, S, S], normalised, and phrases' `text_embeds` [phrases, P] -> `logits`
 * [phrases, R, R]. The picture is seen once for all phrases.
 * @throws UserError for a config that isn't understood, or weights or a size that don't fit it
 */
export function buildClipSeg({ imageSize, weights, ...options }: ClipSegOptions): ClipSegGraph {
  const config = parseClipSegConfig(options.config);
  const { vision, projection_dim: projectionDim, extract_layers: extract } = config;
  if (imageSize % vision.patch_size !== 0) throw sizeError(imageSize, vision.patch_size);
  const decoderWeights = [...weights].filter(([name]) => !CLIP.test(name));
  const g = new Graph({ ...options, weights: new Map([...clipOfClipSeg(weights), ...decoderWeights]) });
  const pixels = g.input('pixel_values', g.compute, [1, 3, imageSize, imageSize]);
  const phrases = g.input('text_embeds', g.compute, ['phrases', projectionDim]);

  const states = clipVisionStates(g, pixels, vision, Math.max(...extract) + 1);
  const deepestFirst = extract.map((layer) => states[layer + 1] as Value).reverse(); // each [1, 1 + patches, C]
  const decoded = g.within('decoder', () => decode(g, deepestFirst, phrases, config)); // [phrases, 1 + patches, D]
  const side = imageSize / vision.patch_size;
  const ofPatches = g.transpose(g.slice(decoded, 1, 1, side ** 2 + 1), [0, 2, 1]);
  const map = enlarge(g, g.reshape(ofPatches, ['phrases', config.reduce_dim, side, side]), config); // [phrases, 1, R, R]
  const mapSize = map.shape[2] as number;
  g.output('logits', g.reshape(map, ['phrases', mapSize, mapSize]));
  const model = g.encode({ mayIgnore: unreadAbove(Math.max(...extract)) });
  return { model, mapSize, projectionDim };
}

/** Whether a tensor is of no use for maps of phrases: the text encoder, and what comes after the last state. */
function unreadAbove(layer: number): (tensor: string) => boolean {
  const parts =
    /^(text_model\.|(text|visual)_projection\.|logit_scale$|vision_model\.post_layernorm\.)|\.position_ids$/;
  const layers = /^vision_model\.encoder\.layers\.(\d+)\./;
  return (tensor) => parts.test(tensor) || Number(layers.exec(tensor)?.[1]) > layer;
}

/** Three small layers, each of which also gets a state of the encoder; at one of them the phrase comes in (FiLM). */
function decode(g: Graph, states: readonly Value[], phrases: Value, config: ClipSegConfig): Value {
  const { reduce_dim: width, vision } = config;
  const layer: ClipLayerConfig = {
    hidden_size: width,
    intermediate_size: config.decoder_intermediate_size,
    num_attention_heads: config.decoder_num_attention_heads,
    layer_norm_eps: vision.layer_norm_eps,
    hidden_act: 'relu',
  };
  const film = (part: string) => g.unsqueeze(linear(g, phrases, `decoder.film_${part}`), [1]); // [phrases, 1, D]
  let x: Value | undefined;
  for (const [i, state] of states.entries()) {
    const [, tokens = 1, channels = 1] = state.shape;
    expectShape(g, `decoder.reduces.${i}.weight`, [width, channels as number]);
    const flat = linear(g, g.reshape(state, [tokens, channels]), `decoder.reduces.${i}`);
    const reduced = g.reshape(flat, [1, tokens, width]);
    x = x ? g.add(reduced, x) : reduced;
    if (i === config.conditional_layer) x = g.add(g.mul(film('mul'), x), film('add'));
    x = decoderLayer(g, x, `decoder.layers.${i}`, layer);
  }
  return x as Value;
}

/** x [phrases, D, h, w] -> [phrases, 1, R, R] */
function enlarge(g: Graph, x: Value, { use_complex_transposed_convolution: refined }: ClipSegConfig): Value {
  const name = 'decoder.transposed_convolution';
  const larger = (t: Value, at: string) => g.convTranspose(t, g.weight(`${at}.weight`), g.weight(`${at}.bias`));
  if (!refined) return larger(x, name);
  const relu = (t: Value) => g.unary('Relu', t);
  return larger(relu(larger(relu(conv2d(g, x, `${name}.0`)), `${name}.2`)), `${name}.4`);
}

function sizeError(size: number, patch: number): UserError {
  return new UserError('config-unsupported', {
    expected: `pictures whose sides are whole patches of ${patch} pixels`,
    got: `${size} pixels`,
    todo: 'Check that preprocessor_config.json and config.json belong to the same CLIPSeg.',
  });
}
