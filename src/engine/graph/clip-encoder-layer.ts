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
  readonly hidden_act: 'quick_gelu' | 'gelu' | 'relu';
}

/** `x * sigmoid(1.702 x)`, the approximation that OpenAI trained CLIP with */
const QUICK_GELU_ALPHA = 1.702;

/** CLIPEncoderLayer, of texts and of pictures. x [B, T, C]; `mask` [1, 1, T, T] is added before the softmax */
export function encoderLayer(g: Graph, x: Value, name: string, config: ClipLayerConfig, mask?: Value): Value {
  const normal = (t: Value, norm: string) => layerNorm(g, t, `${name}.${norm}`, config.layer_norm_eps);
  const y = g.add(x, attention(g, normal(x, 'layer_norm1'), `${name}.self_attn`, config, mask));
  return g.add(y, mlp(g, normal(y, 'layer_norm2'), `${name}.mlp`, config));
}

/** CLIPSegDecoderLayer: the same, normalised after each part and not before. x [B, T, C] */
export function decoderLayer(g: Graph, x: Value, name: string, config: ClipLayerConfig): Value {
  const normal = (t: Value, norm: string) => layerNorm(g, t, `${name}.${norm}`, config.layer_norm_eps);
  const y = normal(g.add(x, attention(g, x, `${name}.self_attn`, config)), 'layer_norm1');
  return normal(g.add(y, mlp(g, y, `${name}.mlp`, config)), 'layer_norm2');
}

function attention(g: Graph, x: Value, name: string, config: ClipLayerConfig, mask?: Value): Value {
  const rows = asRows(g, x);
  const project = (part: string) => g.reshape(linear(g, rows, `${name}.${part}_proj`), x.shape);
  const heads = config.num_attention_heads;
  const context = g.multiHeadAttention(project('q'), project('k'), project('v'), heads, undefined, mask);
  return g.reshape(linear(g, asRows(g, context), `${name}.out_proj`), x.shape);
}

function mlp(g: Graph, x: Value, name: string, config: ClipLayerConfig): Value {
  const { hidden_size: width, intermediate_size: wide, hidden_act: act } = config;
  expectShape(g, `${name}.fc1.weight`, [wide, width]);
  const inner = linear(g, asRows(g, x), `${name}.fc1`);
  const active =
    act === 'gelu' ? g.gelu(inner) : act === 'relu' ? g.unary('Relu', inner) : g.quickGelu(inner, QUICK_GELU_ALPHA);
  return g.reshape(linear(g, active, `${name}.fc2`), x.shape);
}

/** [B, T, C] -> [B * T, C] */
function asRows(g: Graph, x: Value): Value {
  const [batch = 1, tokens = 1, width = 1] = x.shape;
  return g.reshape(x, [times(batch, tokens), width]);
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
