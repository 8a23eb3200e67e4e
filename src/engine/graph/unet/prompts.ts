import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import type { AttentionLevel } from './consistory-inputs.ts';

/**
 * What cross-attention reads: a prompt for each row of the batch, and behind these further ones [N] for parts of
 * pictures, as regional prompting has it. Every token hears one of the prompts of its picture.
 */
export interface Prompts {
  /** [N * T, X] */
  readonly text: Value;
  /** T */
  readonly tokens: number;
  /** int64 [N]: the row of the batch whose queries a prompt answers */
  readonly row: Value;
  /** by level, int64 [B * S]: which of the answers, rows of the flattened [N * S], is a token's own */
  readonly answer: ReadonlyMap<number, Value>;
}

/** @param levels all that have attention */
export function promptInputs(g: Graph, levels: readonly AttentionLevel[], tokens: number, width: number): Prompts {
  const text = g.input('encoder_hidden_states', g.compute, ['prompts', tokens, width]);
  const answerOf = ({ height, tokens: size }: AttentionLevel) =>
    g.input(`prompt_answer_${height}`, 'int64', [times('batch', size)]);
  return {
    text: g.reshape(text, [times('prompts', tokens), width]),
    tokens,
    row: g.input('prompt_row', 'int64', ['prompts']),
    answer: new Map(levels.map((level) => [level.level, answerOf(level)])),
  };
}
