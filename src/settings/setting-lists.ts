import { UserError } from '../errors/user-error.ts';
import { foldText } from '../safety/plain-text.ts';

/** A stem shorter than this would refuse half a language. */
const SHORTEST_STEM = 3;

/**
 * The words that a person typed, with commas or new lines between.
 * @throws UserError `word-invalid` for one that can't be meant
 */
export function readWords(typed: string): string[] {
  const words = typed
    .normalize('NFC')
    .split(/[,;\n]/u)
    .map((word) => word.trim().replace(/\s+/gu, ' '))
    .filter((word) => word !== '');
  for (const word of words) requireUsable(word);
  return words;
}

/** The list with `added` in it and without `removed`; words are the same however they are written. Sorted. */
export function changedWords(
  list: readonly string[],
  { added = [], removed = [] }: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): string[] {
  const gone = new Set(removed.map(foldText));
  const byFolded = new Map([...list, ...added].map((word) => [foldText(word), word]));
  return [...byFolded].flatMap(([folded, word]) => (gone.has(folded) ? [] : [word])).sort((a, b) => a.localeCompare(b));
}

/** The same for ids. */
export function changedIds(list: readonly string[], added: string | undefined, removed: string | undefined): string[] {
  const ids = new Set(added === undefined ? list : [...list, added]);
  if (removed !== undefined) ids.delete(removed);
  return [...ids];
}

function requireUsable(word: string): void {
  const stem = word.endsWith('*') ? foldText(word.slice(0, -1)).replace(/\p{M}/gu, '') : undefined;
  const isShort = stem !== undefined && Array.from(stem.trim()).length < SHORTEST_STEM;
  if (word.length <= 100 && foldText(word).trim() !== '' && !isShort) return;
  throw new UserError('word-invalid', {
    expected: `words of at most 100 characters, before * at least ${SHORTEST_STEM}`,
    got: 'another',
    todo: 'Write it out, or leave it away; commas separate words.',
    shortest: SHORTEST_STEM,
  });
}
