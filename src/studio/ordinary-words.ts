import { readFileSync } from 'node:fs';
import path from 'node:path';
import { END_OF_WORD } from '../engine/tokenizer/clip-definition.ts';

const CLIP_VOCABULARY = path.resolve(import.meta.dirname, '../../assets/clip-tokenizer/vocab.json');

export type IsOrdinary = (word: string) => boolean;

/**
 * Tells words that models know from slips of the finger: what CLIP reads as one token was frequent in the texts it was
 * trained with ("dusty", "rosie"), what falls into pieces was not ("ro sty"). The file is read when it is asked first.
 * @param file token -> id, for each of a CLIP tokenizer
 */
export function ordinaryWords(file = CLIP_VOCABULARY): IsOrdinary {
  let vocabulary: Readonly<Record<string, number>> | undefined;
  return (word) => {
    vocabulary ??= JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return Object.hasOwn(vocabulary, word.toLowerCase() + END_OF_WORD);
  };
}
