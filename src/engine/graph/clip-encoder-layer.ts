import { UserError } from '../../errors/user-error.ts';
import { times } from './dim.ts';
import type { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { layerNorm, linear } from './layers.ts';

/** What a layer of CLIP's text and vision encoders has in common, by the names of transformers' configurations. */
export interface ClipLayerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly layer_norm_eps: number;
  readonly hidden_act: 'quick_gelu' | 'gelu';
}

/** `x * sigmoid(1.702 x)`, the approximation that OpenAI trained CLIP with */
const QUICK_GELU_ALPHA = 1.702;

/** CLIPEncoderLayer, of texts and of pictures. x [B, T, C]; `mask` [1, 1, T, T] is added before the softmax */
export function encoderLayer(g: Graph, x: Value, name: string, config: ClipLayerConfig, mask?: Value): Value {
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon, hidden_act: act } = config;
  const tokens = x.shape[1] as number;
  const rows = (t: Value) => g.reshape(t, [times('batch', tokens), width]);
  const perRow = (t: Value) => g.reshape(t, ['batch', tokens, width]);

  const attended = rows(layerNorm(g, x, `${name}.layer_norm1`, epsilon));
  const project = (part: string) => perRow(linear(g, attended, `${name}.self_attn.${part}_proj`));
  const context = g.multiHeadAttention(project('q'), project('k'), project('v'), heads, undefined, mask);
  const y = g.add(x, perRow(linear(g, rows(context), `${name}.self_attn.out_proj`)));

  expectShape(g, `${name}.mlp.fc1.weight`, [config.intermediate_size, width]);
  const inner = linear(g, rows(layerNorm(g, y, `${name}.layer_norm2`, epsilon)), `${name}.mlp.fc1`);
  const active = act === 'gelu' ? g.gelu(inner) : g.quickGelu(inner, QUICK_GELU_ALPHA);
  return g.add(y, perRow(linear(g, active, `${name}.mlp.fc2`)));
}

/** @throws UserError `tensor-shape` */
export function expectShape(g: Graph, name: string, shape: readonly number[]): void {
  const got = g.weightShape(name);
  if (got.join() === shape.join()) return;
  throw new UserError('tensor-shape', {
    expected: `${name} with shape [${shape.join(', ')}]`,
    got: `[${got.join(', ')}]`,
    todo: 'Check that config.json and the weights belong to the same model.',
    tensor: name,
  });
}
