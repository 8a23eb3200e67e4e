import { UserError } from '../../errors/user-error.ts';

/** The two ends of every CLIP prompt and what fills it up. */
export interface SpecialTokens {
  readonly bos: string;
  readonly eos: string;
  readonly unk: string;
  readonly pad: string;
}

/** The mark that CLIP's vocabulary puts on tokens that end a word. */
export const END_OF_WORD = '</w>';

/** Transformers' CLIPTokenizer splits by this (tokenization_clip.py); the original is OpenAI's simple_tokenizer.py. */
const SPLIT = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/**
 * The tokenizer.json that says what transformers' CLIPTokenizer does with a vocabulary, for `@huggingface/tokenizers`.
 * @param vocab token -> id
 * @param merges one "left right" each, most frequent first
 */
export function clipDefinition(
  vocab: Readonly<Record<string, number>>,
  merges: readonly string[],
  { bos, eos, unk, pad }: SpecialTokens,
): object {
  const special = (content: string) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...new Set([bos, eos, unk, pad])].map(special),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: SPLIT }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [eos, vocab[eos]],
      cls: [bos, vocab[bos]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unk,
      continuing_subword_prefix: '',
      end_of_word_suffix: END_OF_WORD,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: merges.map((merge) => merge.split(' ')),
    },
  };
}

const FIRST_STAND_IN = 0x100;
const BYTES = 256;
/** Bytes that stand for themselves in byte-level BPE: the printable ones of Latin-1 (GPT-2's bytes_to_unicode). */
const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/**
 * Makes sure that every byte is a token, inside and at the end of a word: then no text is unknown, and the tokens of
 * a text are its bytes in order, which word-columns.ts builds on.
 * @throws UserError `tokenizer-vocabulary`
 */
export function checkVocabulary(
  vocab: Readonly<Record<string, number>>,
  { bos, eos, unk, pad }: SpecialTokens,
  file: string,
): void {
  const needed = [bos, eos, unk, pad];
  let standIn = FIRST_STAND_IN;
  for (let byte = 0; byte < BYTES; byte++) {
    const char = String.fromCharCode(isPrintable(byte) ? byte : standIn++);
    needed.push(char, char + END_OF_WORD);
  }
  const absent = needed.filter((token) => !Object.hasOwn(vocab, token));
  if (absent.length === 0) return;
  throw new UserError('tokenizer-vocabulary', {
    expected: `${file} to have all bytes and the special tokens of a CLIP vocabulary`,
    got: `${absent.length} missing, among them ${JSON.stringify(absent[0])}`,
    todo: 'Fetch the tokenizer of this model again.',
    file,
    absent,
  });
}
