import { UserError } from '../errors/user-error.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import { type FilterLevel, filterLevel, includesLevel, type LevelSettings } from './filter-level.ts';
import { type FoundWord, WordFinder, type WordKind } from './find-words.ts';

/** A text and what it is: the option that it was typed into (`title`, `panels`, `looks`, …). */
export interface FieldText {
  readonly field: string;
  readonly text: string;
}

export type FilterSettings = LevelSettings & Pick<GuildSettings, 'blockedWords' | 'allowedWords'>;

/** Why a text was refused; `minors` and `never` hold at every level. */
export type RefusalReason = 'never' | 'minors' | 'slurs' | 'sexual' | 'coarse' | 'cruel' | 'blocked';

/** The level from which on words of a kind are refused by themselves. */
const FROM_LEVEL: Readonly<Partial<Record<WordKind, FilterLevel>>> = {
  slurs: 'slurs',
  sexual: 'standard',
  coarse: 'standard',
  cruel: 'strict',
};
/** The gravest first: one reason is told. */
const GRAVITY: readonly RefusalReason[] = ['never', 'minors', 'slurs', 'sexual', 'coarse', 'cruel', 'blocked'];
const HINT_DOTS = '•••';

/**
 * Refuses texts that a server doesn't want drawn. All texts of one request belong in one call, with the looks of the
 * characters in it: what is harmless in each may not be together. Sexual content with minors and the server's own
 * blocked words are refused at every level and behind every age gate.
 * @param beside texts of the same story that were let through before: only what is refused everywhere is looked for in
 *   them, as the server may have changed its mind about the rest
 * @throws UserError `text-refused` with `fields`, `reason` and `hints`: first letters only, so that a refusal never
 *   repeats the words
 */
export function checkTexts(
  texts: readonly FieldText[],
  settings: FilterSettings,
  { ageGated, beside = [] }: { readonly ageGated: boolean; readonly beside?: readonly FieldText[] },
): void {
  const finder = new WordFinder({ blocked: settings.blockedWords ?? [], allowed: settings.allowedWords ?? [] });
  const find = (all: readonly FieldText[], isNew: boolean) =>
    all.flatMap(({ field, text }) => finder.find(text).map((word) => ({ field, isNew, ...word })));
  const found = [...find(texts, true), ...find(beside, false)];
  const withMinors = ['minors', 'sexual'].every((kind) => found.some((word) => word.kind === kind));
  const level = filterLevel(settings, ageGated);
  const refused = found.flatMap((word) => {
    const reason = reasonOf(word, level, withMinors);
    const holds = reason !== undefined && (word.isNew || isAbsolute(reason));
    return holds ? [{ ...word, reason }] : [];
  });
  const reason = GRAVITY.find((each) => refused.some((word) => word.reason === each));
  if (reason !== undefined) throw refusal(reason, refused);
}

function isAbsolute(reason: RefusalReason): boolean {
  return reason === 'never' || reason === 'minors';
}

function reasonOf({ kind, allowed }: FoundWord, level: FilterLevel, withMinors: boolean): RefusalReason | undefined {
  if (kind === 'never') return 'never';
  if (withMinors && (kind === 'minors' || kind === 'sexual')) return 'minors';
  if (allowed) return undefined;
  if (kind === 'blocked') return 'blocked';
  const from = FROM_LEVEL[kind];
  return kind !== 'minors' && from !== undefined && includesLevel(level, from) ? kind : undefined;
}

function refusal(reason: RefusalReason, words: readonly (FoundWord & { readonly field: string })[]): UserError {
  const fields = [...new Set(words.map(({ field }) => field))];
  const hints = [...new Set(words.map(({ word }) => hint(word)))];
  const absolute = isAbsolute(reason);
  return new UserError('text-refused', {
    expected: absolute ? 'a story that sexualises nobody who may be a minor' : 'words that this server wants drawn',
    got: `others in ${fields.join(', ')} (${hints.join(', ')})`,
    todo: absolute
      ? 'This is not drawn anywhere.'
      : 'Say it in other words. If it was meant harmlessly, a moderator can allow a word by /settings words.',
    fields,
    hints,
    reason,
  });
}

function hint(word: string): string {
  return ([...word][0] ?? '') + HINT_DOTS;
}
