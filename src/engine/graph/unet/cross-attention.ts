import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { linear } from '../layers.ts';

/** What the prompt's tokens drew to themselves in one layer: [B, S, T], mean over heads. */
export type AttentionMap = Value;

export interface CrossAttention {
  /** [B * S, C] */
  readonly output: Value;
  /** only where it was asked for */
  readonly map: AttentionMap | undefined;
}

/**
 * x [B * S, C], text [B * T, X]. Where the map is wanted the probabilities have to exist, and attention is written
 * out; elsewhere the fused kernel never holds them.
 */
export function crossAttention(
  g: Graph,
  x: Value,
  text: Value,
  name: string,
  heads: number,
  tokens: { readonly image: number; readonly text: number },
  wantMap: boolean,
): CrossAttention {
  const channels = x.shape[1] as number;
  const q = g.reshape(linear(g, x, `${name}.to_q`), ['batch', tokens.image, channels]);
  const [k, v] = ['to_k', 'to_v'].map((part) =>
    g.reshape(linear(g, text, `${name}.${part}`), ['batch', tokens.text, channels]),
  ) as [Value, Value];
  const { attended, map } = wantMap
    ? writtenOut(g, q, k, v, heads)
    : { attended: g.multiHeadAttention(q, k, v, heads), map: undefined };
  const flat = g.reshape(attended, [times('batch', tokens.image), channels]);
  return { output: linear(g, flat, `${name}.to_out.0`), map };
}

function writtenOut(g: Graph, q: Value, k: Value, v: Value, heads: number): { attended: Value; map: Value } {
  const channels = q.shape[2] as number;
  const width = channels / heads;
  const split = (t: Value, perm: readonly number[]) =>
    g.transpose(g.reshape(t, ['batch', t.shape[1] as number, heads, width]), perm);
  const scaled = g.mul(split(q, [0, 2, 1, 3]), g.scalar(1 / Math.sqrt(width)));
  const probabilities = g.softmax(g.matmul(scaled, split(k, [0, 2, 3, 1]))); // [B, heads, S, T]
  const attended = g.transpose(g.matmul(probabilities, split(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
  return { attended: g.reshape(attended, q.shape), map: g.reduceMean(probabilities, 1) };
}
