import type { Conditioning } from '../consistory/unet-rows.ts';
import { eosIndex } from '../graph/clip-text-config.ts';
import type { ClipTextEncoderGraph } from '../graph/clip-text-encoder.ts';
import type { OnnxSession } from '../runtime/onnx-session.ts';
import { int64Tensor, type TensorValue } from '../runtime/tensor-value.ts';
import type { ClipTokenizer, TokenizedPrompt } from '../tokenizer/clip-tokenizer.ts';

/** One CLIP of a pipeline, with the tokenizer that goes with it. */
export interface TextEncoder {
  readonly tokenizer: ClipTokenizer;
  readonly graph: ClipTextEncoderGraph;
  readonly use: <T>(work: (session: OnnxSession) => Promise<T>) => Promise<T>;
}

export interface EncodedPrompt extends Conditioning {
  /** how the first tokenizer cut the prompt: its columns are those of cross-attention */
  readonly tokens: TokenizedPrompt;
}

/**
 * Encodes prompts as diffusers' pipelines do: hidden states of all encoders side by side, pooled text of the last.
 */
export async function encodePrompts(
  encoders: readonly TextEncoder[],
  prompts: readonly string[],
): Promise<EncodedPrompt[]> {
  const encoded = await Promise.all(
    encoders.map((encoder) => encoder.use((session) => runEncoder(encoder, session, prompts))),
  );
  return prompts.map((_, i) => {
    const perEncoder = encoded.map((prompts) => prompts[i] as EncodedPrompt);
    return {
      tokens: (perEncoder[0] as EncodedPrompt).tokens,
      hidden: sideBySide(
        perEncoder.map((e) => e.hidden),
        encoders.map((e) => e.graph.hiddenSize),
      ),
      pooled: (perEncoder.at(-1) as EncodedPrompt).pooled,
    };
  });
}

/** SDXL's `force_zeros_for_empty_prompt`: no prompt is not the prompt "". */
export function zerosIfEmpty(prompt: EncodedPrompt): EncodedPrompt {
  if (prompt.tokens.text.trim() !== '') return prompt;
  const { tokens, hidden, pooled } = prompt;
  return { tokens, hidden: new Float32Array(hidden.length), pooled: new Float32Array(pooled.length) };
}

async function runEncoder(
  { tokenizer, graph }: TextEncoder,
  session: OnnxSession,
  prompts: readonly string[],
): Promise<EncodedPrompt[]> {
  const tokens = prompts.map((prompt) => tokenizer.tokenize(prompt));
  const ids = tokens.flatMap((t) => t.ids);
  const feeds: Record<string, TensorValue> = { input_ids: int64Tensor(ids, [prompts.length, graph.maxLength]) };
  const isPooled = session.outputNames.includes('text_embeds');
  if (isPooled) feeds.eos_index = int64Tensor(tokens.map((t) => eosIndex(t.ids, graph.eosTokenId)));
  const result = await session.run(feeds, isPooled ? ['hidden_states', 'text_embeds'] : ['hidden_states']);
  const rows = (value: TensorValue | undefined, i: number): Float32Array => {
    if (!value) return new Float32Array(0);
    const size = value.data.length / prompts.length;
    return (value.data as Float32Array).slice(i * size, (i + 1) * size);
  };
  return tokens.map((t, i) => ({
    tokens: t,
    hidden: rows(result.hidden_states, i),
    pooled: rows(result.text_embeds, i),
  }));
}

/** [T, X1], [T, X2], ... -> [T, X1 + X2 + ...] */
function sideBySide(parts: readonly Float32Array[], widths: readonly number[]): Float32Array {
  const [first, ...rest] = parts;
  if (!first || rest.length === 0) return first ?? new Float32Array(0);
  const total = widths.reduce((a, b) => a + b, 0);
  const tokens = first.length / (widths[0] as number);
  const out = new Float32Array(tokens * total);
  let column = 0;
  parts.forEach((part, i) => {
    const width = widths[i] as number;
    for (let t = 0; t < tokens; t++) out.set(part.subarray(t * width, (t + 1) * width), t * total + column);
    column += width;
  });
  return out;
}
