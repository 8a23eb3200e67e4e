import { eosIndex } from '../../engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../engine/graph/clip-text-encoder.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { int64Tensor } from '../../engine/runtime/tensor-value.ts';
import { ClipTokenizer } from '../../engine/tokenizer/clip-tokenizer.ts';
import type { TensorIndex } from '../../engine/weights/tensor-index.ts';

/** The half of a whole CLIP that reads texts. */
export interface ClipTexts {
  /** [P], of any length; of the same text the same array */
  embed(text: string): Promise<Float32Array>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

export interface ClipTextsOptions {
  /** that the weights and the tokenizer's files lie in, its real path */
  readonly root: string;
  /** of a whole CLIP, by their names in its file */
  readonly weights: TensorIndex;
  /** see `textConfigOfWhole` */
  readonly config: unknown;
  readonly threads: number;
}

/** @throws UserError for files that are missing or not understood */
export async function openClipTexts({ root, weights, config, threads }: ClipTextsOptions): Promise<ClipTexts> {
  const tokenizer = ClipTokenizer.open(root);
  const { model, maxLength, eosTokenId } = buildClipTextEncoder({
    root,
    compute: 'float32',
    weights: new Map([...weights].filter(([name]) => /^text_(model|projection)\./.test(name))),
    config,
    hiddenState: 'penultimate',
    tokens: tokenizer.maxLength,
  });
  const session = await OnnxSession.create(model, { weightsFolder: root, providers: ['cpu'], threads });
  const known = new Map<string, Promise<Float32Array>>();
  const read = async (text: string) => {
    const { ids } = tokenizer.tokenize(text);
    const feeds = {
      input_ids: int64Tensor(ids, [1, maxLength]),
      eos_index: int64Tensor([eosIndex(ids, eosTokenId)]),
    };
    const { text_embeds } = await session.run(feeds, ['text_embeds']);
    return text_embeds?.data as Float32Array;
  };
  return {
    embed: (text) => {
      const embedding = known.get(text) ?? read(text);
      known.set(text, embedding);
      return embedding;
    },
    release: () => session.release(),
  };
}
