import type { TensorEntry } from '../tensor-index.ts';
import { type NamedViews, stretches, turned } from './views.ts';

const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ['positional_embedding', 'embeddings.position_embedding.weight'],
  ['token_embedding.weight', 'embeddings.token_embedding.weight'],
  ['ln_final.weight', 'final_layer_norm.weight'],
  ['ln_final.bias', 'final_layer_norm.bias'],
]);

const LAYER: ReadonlyMap<string, string> = new Map([
  ['ln_1', 'layer_norm1'],
  ['ln_2', 'layer_norm2'],
  ['mlp.c_fc', 'mlp.fc1'],
  ['mlp.c_proj', 'mlp.fc2'],
  ['attn.out_proj', 'self_attn.out_proj'],
]);

/** In OpenCLIP's files and of no use to a text encoder: the temperature of its training, and a constant. */
const NOT_NEEDED = new Set(['logit_scale', 'attn_mask']);

export interface OpenClipShape {
  /** layers that the model uses; SD 2.x leaves out the last one of its file */
  readonly layers: number;
  readonly projected: boolean;
}

/**
 * A tensor of an OpenCLIP text encoder by the names of transformers' CLIPTextModel(WithProjection), as diffusers'
 * convert_open_clip_checkpoint has it. Two differ in more than names: query, key and value lie in one tensor [3C, C],
 * of which each is a third, and the projection lies as [in, out].
 * @param name without the prefix of the text encoder
 * @returns none for what isn't needed, undefined for a name of another model
 */
export function openClipViews(name: string, entry: TensorEntry, shape: OpenClipShape): NamedViews | undefined {
  if (NOT_NEEDED.has(name)) return [];
  if (name === 'text_projection') return shape.projected ? [['text_projection.weight', turned(entry)]] : [];
  const outside = OUTSIDE.get(name);
  if (outside !== undefined) return [[`text_model.${outside}`, entry]];
  const [, number, rest] = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(name) ?? [];
  if (number === undefined || rest === undefined) return undefined;
  if (Number(number) >= shape.layers) return [];
  const at = `text_model.encoder.layers.${number}`;
  const joined = /^attn\.in_proj_(weight|bias)$/.exec(rest)?.[1];
  if (joined !== undefined) {
    const thirds = stretches(entry, 3);
    return thirds?.map((third, i) => [`${at}.self_attn.${'qkv'[i]}_proj.${joined}`, third] as const);
  }
  const dot = rest.lastIndexOf('.');
  const layer = LAYER.get(rest.slice(0, dot));
  return layer === undefined ? undefined : [[`${at}.${layer}${rest.slice(dot)}`, entry]];
}
