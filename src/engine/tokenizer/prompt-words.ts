/** A word of a prompt: a run of letters and digits, a sign, or an emoji. */
export interface WordSpan {
  /** as it stands in the prompt */
  readonly text: string;
  /** [start, end) in UTF-16 units of the prompt */
  readonly start: number;
  readonly end: number;
}

/**
 * Scripts that don't put spaces between words: each character is a word here, so that a concept can be found inside
 * a sentence without a dictionary (狐狸 is the phrase 狐, 狸).
 */
const SPACELESS =
  '(?=\\p{L})[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmr}\\p{scx=Mymr}]';
const EMOJI = '\\p{RI}\\p{RI}|\\p{ExtPict}';
/** Skin tones, variation selectors and the joiner that makes one emoji of several. */
const EMOJI_TAIL = '(?:\\p{EMod}|\\p{M}|\\u200d\\p{ExtPict})*';
const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The source of a regular expression for any of some literals; `(?!)`, which matches nothing, for none. */
export const anyOf = (literals: readonly string[]): string => literals.map(escapeRegExp).join('|') || '(?!)';

/**
 * Splits prompts into words. Marks stay with what they mark and special tokens are words of their own, so that
 * Unicode normalisation never reaches across a word's border.
 * @param specialTokens literals that the tokenizer takes for its special tokens
 */
export function wordSplitter(specialTokens: readonly string[]): (prompt: string) => WordSpan[] {
  const special = anyOf(specialTokens);
  const pattern = [
    special,
    `${SPACELESS}\\p{M}*`,
    `(?:(?!${SPACELESS})[\\p{L}\\p{N}])(?:(?!${SPACELESS})[\\p{L}\\p{N}\\p{M}])*`,
    `(?:${EMOJI})${EMOJI_TAIL}`,
    `(?:(?!${special}|${EMOJI})[^\\p{White_Space}\\p{L}\\p{N}])+`,
  ].join('|');
  const words = new RegExp(pattern, 'gu');
  return (prompt) =>
    [...prompt.matchAll(words)].map(({ 0: text, index }) => ({ text, start: index, end: index + text.length }));
}
