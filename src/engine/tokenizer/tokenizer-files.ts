import fs from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { fileInside } from '../weights/inside-folder.ts';
import { readJson } from '../weights/read-json.ts';
import type { SpecialTokens } from './clip-definition.ts';

export interface TokenizerFiles {
  readonly vocab: Readonly<Record<string, number>>;
  readonly vocabFile: string;
  readonly merges: readonly string[];
  readonly special: SpecialTokens;
  /** tokens in a full prompt, beginning and end included */
  readonly maxLength: number;
}

/** CLIP's context in tokens (Radford et al. 2021), where a tokenizer's config names none. */
const CLIP_CONTEXT = 77;
/** Beginning, end, and at least one token between them. */
const SHORTEST_CONTEXT = 3;
/** transformers writes 1e30 where no length is known. */
const LONGEST_CONTEXT = 65_536;

const VOCAB = z.record(z.string(), z.int().nonnegative());
/** A special token is written as its text, or as an object with it. */
const TOKEN = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]);
const NAMED_TOKENS = z.looseObject({
  bos_token: TOKEN.nullish(),
  eos_token: TOKEN.nullish(),
  unk_token: TOKEN.nullish(),
  pad_token: TOKEN.nullish(),
});
const CONFIG = NAMED_TOKENS.extend({ model_max_length: z.number().min(SHORTEST_CONTEXT).optional() });

/**
 * Reads a CLIP tokenizer's folder: vocab.json, merges.txt, and tokenizer_config.json and special_tokens_map.json where
 * there are any (the map is the older place of the special tokens; the config wins, as in transformers).
 * @param pad the padding token, in place of the one that the files name
 * @throws UserError `json-unreadable`, `json-invalid`, `tokenizer-merges`, `path-outside-folder`
 */
export function readTokenizerFiles(folder: string, pad?: string): TokenizerFiles {
  const vocabFile = fileInside(folder, 'vocab.json');
  const map = readIfThere(fileInside(folder, 'special_tokens_map.json'), NAMED_TOKENS);
  const config = readIfThere(fileInside(folder, 'tokenizer_config.json'), CONFIG);
  const eos = config?.eos_token ?? map?.eos_token ?? '<|endoftext|>';
  const length = config?.model_max_length ?? CLIP_CONTEXT;
  return {
    vocab: readJson(vocabFile, VOCAB),
    vocabFile,
    merges: readMerges(fileInside(folder, 'merges.txt')),
    special: {
      bos: config?.bos_token ?? map?.bos_token ?? '<|startoftext|>',
      eos,
      unk: config?.unk_token ?? map?.unk_token ?? eos,
      pad: pad ?? config?.pad_token ?? map?.pad_token ?? eos,
    },
    maxLength: length > LONGEST_CONTEXT ? CLIP_CONTEXT : Math.floor(length),
  };
}

function readIfThere<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return fs.existsSync(file) ? readJson(file, schema) : undefined;
}

function readMerges(file: string): string[] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw mergesError(file, (cause as Error).message);
  }
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  const wrong = lines.find((line) => line.split(' ').length !== 2);
  if (wrong !== undefined) throw mergesError(file, `the line ${JSON.stringify(wrong)}`);
  return lines;
}

function mergesError(file: string, got: string): UserError {
  return new UserError('tokenizer-merges', {
    expected: `${file} to hold two tokens a line`,
    got,
    todo: 'Fetch the tokenizer of this model again.',
    file,
  });
}
