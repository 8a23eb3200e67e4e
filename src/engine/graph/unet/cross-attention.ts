import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { linear } from '../layers.ts';
import type { AttentionLevel } from './consistory-inputs.ts';
import type { Prompts } from './prompts.ts';

/** What the prompts' tokens drew to themselves in one layer: [N, S, T], mean over heads. */
export type AttentionMap = Value;

export interface CrossAttention {
  /** [B * S, C] */
  readonly output: Value;
  /** only where it was asked for */
  readonly map: AttentionMap | undefined;
}

/**
 * x [B * S, C]. Queries meet all prompts of their picture; then each token takes the answer of its own. Where the map is
 * wanted the probabilities have to exist, and attention is written out; elsewhere the fused kernel never holds them.
 */
export function crossAttention(
  g: Graph,
  x: Value,
  prompts: Prompts,
  name: string,
  heads: number,
  at: AttentionLevel,
  wantMap: boolean,
): CrossAttention {
  const channels = x.shape[1] as number;
  const own = g.reshape(linear(g, x, `${name}.to_q`), ['batch', at.tokens, channels]);
  const q = g.gather(own, prompts.row); // [N, S, C]
  const [k, v] = ['to_k', 'to_v'].map((part) =>
    g.reshape(linear(g, prompts.text, `${name}.${part}`), ['prompts', prompts.tokens, channels]),
  ) as [Value, Value];
  const { attended, map } = wantMap
    ? writtenOut(g, q, k, v, heads)
    : { attended: g.multiHeadAttention(q, k, v, heads), map: undefined };
  const answers = g.reshape(attended, [times('prompts', at.tokens), channels]);
  const heard = g.gather(answers, prompts.answer.get(at.level) as Value);
  return { output: linear(g, heard, `${name}.to_out.0`), map };
}

function writtenOut(g: Graph, q: Value, k: Value, v: Value, heads: number): { attended: Value; map: Value } {
  const channels = q.shape[2] as number;
  const width = channels / heads;
  const split = (t: Value, perm: readonly number[]) =>
    g.transpose(g.reshape(t, ['prompts', t.shape[1] as number, heads, width]), perm);
  const scaled = g.mul(split(q, [0, 2, 1, 3]), g.scalar(1 / Math.sqrt(width)));
  const probabilities = g.softmax(g.matmul(scaled, split(k, [0, 2, 3, 1]))); // [N, heads, S, T]
  const attended = g.transpose(g.matmul(probabilities, split(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
  return { attended: g.reshape(attended, q.shape), map: g.reduceMean(probabilities, 1) };
}
