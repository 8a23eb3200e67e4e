import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { conv2d, groupNorm, layerNorm, linear } from '../layers.ts';
import type { AttentionLevel, ConsistoryInputs } from './consistory-inputs.ts';
import { type AttentionMap, crossAttention } from './cross-attention.ts';
import type { Prompts } from './prompts.ts';
import { type Place, selfAttention } from './self-attention.ts';
import type { UNetConfig, UNetLevel } from './unet-config.ts';

/** Epsilons that diffusers has in code, not in the config. */
const TRANSFORMER_GROUP_NORM_EPSILON = 1e-6;
const LAYER_NORM_EPSILON = 1e-5;

/** What all blocks of one U-Net share while its graph is written. */
export interface UNetContext {
  readonly g: Graph;
  readonly config: UNetConfig;
  /** [B, E], already activated */
  readonly embedding: Value;
  readonly prompts: Prompts;
  readonly consistory: ConsistoryInputs;
  /** the level at which cross-attention maps are collected */
  readonly maskLevel: number;
  /** the maps collected so far */
  readonly maps: AttentionMap[];
}

/** ResnetBlock2D. x [B, C, H, W] -> [B, C', H, W] */
export function resnetBlock({ g, config, embedding }: UNetContext, x: Value, name: string): Value {
  return g.within(name, () => {
    const norm = (t: Value, part: string) => groupNorm(g, t, `${name}.${part}`, config.normGroups, config.normEpsilon);
    const h = conv2d(g, g.silu(norm(x, 'norm1')), `${name}.conv1`);
    const time = g.unsqueeze(linear(g, embedding, `${name}.time_emb_proj`), [2, 3]);
    const y = conv2d(g, g.silu(norm(g.add(h, time), 'norm2')), `${name}.conv2`);
    const shortcut = g.hasWeight(`${name}.conv_shortcut.weight`) ? conv2d(g, x, `${name}.conv_shortcut`) : x;
    return g.add(shortcut, y);
  });
}

/** Transformer2DModel: self-attention, cross-attention and feed-forward on the image's tokens. x [B, C, H, W] */
export function transformer(
  context: UNetContext,
  x: Value,
  name: string,
  { heads, depth }: UNetLevel,
  at: AttentionLevel,
  place: Place,
): Value {
  const { g, config } = context;
  const [batch, channels] = x.shape as readonly [string, number];
  return g.within(name, () => {
    const normal = groupNorm(g, x, `${name}.norm`, config.normGroups, TRANSFORMER_GROUP_NORM_EPSILON);
    const tokensLast = g.reshape(normal, [batch, channels, at.tokens]);
    const tokens = g.reshape(g.transpose(tokensLast, [0, 2, 1]), [times(batch, at.tokens), channels]);
    let t = linear(g, tokens, `${name}.proj_in`);
    for (let i = 0; i < depth; i++) {
      t = transformerBlock(context, t, `${name}.transformer_blocks.${i}`, heads, at, place);
    }
    t = linear(g, t, `${name}.proj_out`);
    const image = g.transpose(g.reshape(t, [batch, at.tokens, channels]), [0, 2, 1]);
    return g.add(g.reshape(image, x.shape), x);
  });
}

/** BasicTransformerBlock. t [B * S, C] */
function transformerBlock(
  context: UNetContext,
  t: Value,
  name: string,
  heads: number,
  at: AttentionLevel,
  place: Place,
): Value {
  const { g, prompts, consistory, maskLevel, maps } = context;
  const norm = (x: Value, part: string) => layerNorm(g, x, `${name}.${part}`, LAYER_NORM_EPSILON);
  const own = g.add(selfAttention(g, norm(t, 'norm1'), `${name}.attn1`, heads, at, place, consistory), t);
  const cross = crossAttention(g, norm(own, 'norm2'), prompts, `${name}.attn2`, heads, at, at.level === maskLevel);
  if (cross.map) maps.push(cross.map);
  const prompted = g.add(cross.output, own);
  return g.add(feedForward(g, norm(prompted, 'norm3'), `${name}.ff`), prompted);
}

/** GEGLU: the two halves of one weight are read in place as two weights, so nothing has to be split. */
function feedForward(g: Graph, x: Value, name: string): Value {
  const rows = g.weightShape(`${name}.net.0.proj.weight`)[0] as number;
  const half = rows / 2;
  const value = linear(g, x, `${name}.net.0.proj`, { rows: [0, half] });
  const gate = linear(g, x, `${name}.net.0.proj`, { rows: [half, rows] });
  return linear(g, g.mul(value, g.gelu(gate)), `${name}.net.2`);
}
