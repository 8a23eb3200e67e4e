import { Tokenizer } from '@huggingface/tokenizers';
import { checkVocabulary, clipDefinition } from './clip-definition.ts';
import { anyOf, type WordSpan, wordSplitter } from './prompt-words.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';
import { tokensOfWords } from './word-columns.ts';

export interface PromptWord extends WordSpan {
  /** columns of the token ids (and so of the cross-attention) that the word occupies; those past the end are left out */
  readonly columns: readonly number[];
  /** whether some or all of its tokens were cut off */
  readonly truncated: boolean;
}

export interface TokenizedPrompt {
  readonly text: string;
  /** beginning, tokens, end, padding: always `maxLength` of them */
  readonly ids: readonly number[];
  /** how many ids come before the padding */
  readonly length: number;
  readonly words: readonly PromptWord[];
  /** the words that the model doesn't see, or not whole */
  readonly truncatedWords: readonly string[];
}

/** The column of the first token: the one before it is the beginning. */
const FIRST_COLUMN = 1;

/** CLIP's byte-level BPE, with the ids of transformers' CLIPTokenizer, that knows which columns a word occupies. */
export class ClipTokenizer {
  /** tokens in a full prompt, beginning and end included */
  readonly maxLength: number;
  private readonly eos: number;
  private readonly pad: number;
  private readonly special: ReadonlySet<string>;
  private readonly specialPattern: RegExp;
  private readonly splitWords: (prompt: string) => WordSpan[];
  private readonly tokenizer: Tokenizer;

  /**
   * @param folder has vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json
   * @param pad the padding token, in place of the one that the files name
   * @throws UserError `json-unreadable`, `json-invalid`, `tokenizer-merges`, `tokenizer-vocabulary`
   */
  static open(folder: string, pad?: string): ClipTokenizer {
    return new ClipTokenizer(readTokenizerFiles(folder, pad));
  }

  private constructor({ vocab, vocabFile, merges, special, maxLength }: TokenizerFiles) {
    checkVocabulary(vocab, special, vocabFile);
    this.maxLength = maxLength;
    this.eos = vocab[special.eos] as number;
    this.pad = vocab[special.pad] as number;
    this.special = new Set(Object.values(special));
    this.specialPattern = new RegExp(`(${anyOf([...this.special])})`, 'u');
    this.splitWords = wordSplitter([...this.special]);
    this.tokenizer = new Tokenizer(clipDefinition(vocab, merges, special), { unk_token: special.unk });
  }

  /** The model's view of a prompt: cut to `maxLength` if it is longer, filled up with padding if it is shorter. */
  tokenize(prompt: string): TokenizedPrompt {
    const { ids, tokens } = this.tokenizer.encode(this.asTransformersReads(prompt), { add_special_tokens: true });
    const spans = this.splitWords(prompt);
    const normalized = spans.map(({ text }) => (this.special.has(text) ? text : normalize(text)));
    const perWord = tokensOfWords(normalized, tokens.slice(FIRST_COLUMN, -1), this.special);
    // the last column is the end's, whatever is cut
    const endColumn = Math.min(ids.length, this.maxLength) - 1;
    const words = spans.map((span, index): PromptWord => {
      const all = (perWord[index] as number[]).map((token) => token + FIRST_COLUMN);
      const columns = all.filter((column) => column < endColumn);
      return { ...span, columns, truncated: columns.length < all.length };
    });
    const padding = new Array<number>(this.maxLength - endColumn - 1).fill(this.pad);
    return {
      text: prompt,
      ids: [...ids.slice(0, endColumn), this.eos, ...padding],
      length: endColumn + 1,
      words,
      truncatedWords: words.filter(({ truncated }) => truncated).map(({ text }) => text),
    };
  }

  /**
   * The library takes a stretch of text that normalises to just a special token ("<|ENDOFTEXT|>") for that token;
   * transformers looks for special tokens before it normalises. A space after it keeps it text.
   */
  private asTransformersReads(prompt: string): string {
    const parts = withoutFinalSigma(prompt).split(this.specialPattern);
    return parts
      .map((part) => (!this.special.has(part) && this.special.has(normalize(part)) ? `${part} ` : part))
      .join('');
  }
}

/** What the tokenizer makes of a word before it looks for tokens. */
function normalize(word: string): string {
  return withoutFinalSigma(word).normalize('NFC').toLowerCase();
}

/** JavaScript lower-cases a word's last Σ to ς; Rust, which the models were trained with, to σ. */
function withoutFinalSigma(text: string): string {
  return text.replaceAll('Σ', 'σ');
}
