import { END_OF_WORD } from './clip-definition.ts';

const encoder = new TextEncoder();

/**
 * Which tokens each word of a prompt occupies. Byte-level tokens are the normalised words' bytes in order, without
 * the spaces, so the two are walked side by side; a token may cover several words ("?!" before a quote) and then
 * belongs to all of them.
 * @param words the prompt's words, normalised as the tokenizer does
 * @param tokens the prompt's tokens, without beginning and end
 * @param special the tokens that are written out in the prompt in place of byte-level characters
 * @returns per word, indices into `tokens`, ascending
 */
export function tokensOfWords(
  words: readonly string[],
  tokens: readonly string[],
  special: ReadonlySet<string>,
): number[][] {
  const columns: number[][] = [];
  let token = 0;
  let tokenEnd = tokens.length > 0 ? byteLength(tokens[0] as string, special) : 0;
  let wordEnd = 0;
  for (const word of words) {
    wordEnd += encoder.encode(word).length;
    const own = [token];
    while (tokenEnd < wordEnd && token + 1 < tokens.length) {
      token++;
      tokenEnd += byteLength(tokens[token] as string, special);
      own.push(token);
    }
    columns.push(own);
    // a token that ends with the word is behind us; one that reaches further is the next word's too
    if (tokenEnd === wordEnd && token + 1 < tokens.length) {
      token++;
      tokenEnd += byteLength(tokens[token] as string, special);
    }
  }
  if (tokenEnd !== wordEnd || token !== Math.max(0, tokens.length - 1)) {
    throw new Error(`tokens and words disagree: ${wordEnd} bytes of words, ${tokenEnd} bytes of tokens`);
  }
  return columns;
}

/** Bytes of text that a token stands for: each character of a byte-level token is one byte. */
function byteLength(token: string, special: ReadonlySet<string>): number {
  if (special.has(token)) return encoder.encode(token).length;
  return token.endsWith(END_OF_WORD) ? token.length - END_OF_WORD.length : token.length;
}
