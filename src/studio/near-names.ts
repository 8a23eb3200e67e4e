import { distance } from 'fastest-levenshtein';
import { foldName } from '../store/fold-name.ts';
import type { Store } from '../store/store.ts';
import type { Character as Described } from '../story/character.ts';
import { findMentions } from '../story/panel-script.ts';
import { type Character, describe } from './character-names.ts';
import type { IsOrdinary } from './ordinary-words.ts';
import { parseRecipe } from './recipe.ts';

/** A word that may be the name of a character, mistyped. */
export interface NearName {
  readonly typed: string;
  /** who may be meant */
  readonly name: string;
}

/** Letters of a name from which on one may be wrong, or two: shorter names are near too many words. */
const LEAST_FOR_ONE = 4;
const LEAST_FOR_TWO = 7;

/** Words with a capital; not what an @ or another word sticks to. */
const CAPITALISED = /(?<![\p{L}\p{N}\p{M}@_'’-])\p{Lu}[\p{L}\p{M}]+(?![\p{L}\p{N}\p{M}_-])/gu;

/**
 * Words of a text that are nearly the name of a character, each once: without an @ they are taken for plain words, so
 * that nobody is told of a slip. Only capitalised ones that are no ordinary words count, as most near words are meant:
 * "Dusty roads" beside Rusty.
 * @param known active characters
 * @param cast who else is meant by name, and so is no slip
 */
export function nearNames(
  text: string,
  known: readonly Character[],
  isOrdinary: IsOrdinary,
  cast: readonly Described[] = [],
): NearName[] {
  const normal = text.normalize('NFC');
  const mentions = findMentions(normal, [...cast, ...known.map(describe)]);
  const words = [...normal.matchAll(CAPITALISED)]
    .map(({ 0: word, index }): Stretch => ({ start: index, end: index + word.length }))
    .filter((word) => !mentions.some((mention) => overlap(mention, word)));
  const slips = words.flatMap((_, at) =>
    known.flatMap(({ name }) => slipOf(normal, words.slice(at), name, isOrdinary) ?? []),
  );
  const found: Slip[] = [];
  // Whole names before parts of them, and the nearest before others.
  for (const slip of slips.toSorted((a, b) => b.end - b.start - (a.end - a.start) || a.far - b.far)) {
    if (!found.some((other) => overlap(other, slip) || other.typed === slip.typed)) found.push(slip);
  }
  return found.toSorted((a, b) => a.start - b.start).map(({ typed, name }) => ({ typed, name }));
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Slip extends NearName, Stretch {
  /** slips */
  readonly far: number;
}

function overlap(a: Stretch, b: Stretch): boolean {
  return a.start < b.end && b.start < a.end;
}

/**
 * Those of a story, whose panels know the characters that there were when they were told.
 * @throws UserError `story-not-found`
 */
export async function nearNamesOf(
  { stories, characters }: Pick<Store, 'stories' | 'characters'>,
  storyId: string,
  isOrdinary: IsOrdinary,
): Promise<NearName[]> {
  const { panels, scope, settings } = await stories.get(storyId);
  // By the names that they had: they may have been renamed or retired since.
  const { cast } = parseRecipe(settings);
  const known = await characters.list(scope);
  const near = panels.flatMap(({ text, createdAt }) => {
    const then = known.filter((character) => character.createdAt <= createdAt);
    return nearNames(text, then, isOrdinary, cast);
  });
  return near.filter(({ typed }, i) => near.findIndex((other) => other.typed === typed) === i);
}

/** Whether the first words, as many as the name has and with only space between them, are nearly the name. */
function slipOf(text: string, [first, ...others]: readonly Stretch[], name: string, isOrdinary: IsOrdinary) {
  const count = name.split(/\s+/u).length;
  const last = [first, ...others][count - 1];
  if (!first || !last) return undefined;
  const typed = text.slice(first.start, last.end);
  const parts = typed.split(/\s+/u);
  const far = slipsBetween(foldName(typed), foldName(name));
  if (far === undefined || parts.length !== count || parts.every((word) => isOrdinary(word))) return undefined;
  return { typed, name, far, start: first.start, end: last.end };
}

/** How many slips make the name what was typed; undefined if it is another word. */
function slipsBetween(typed: string, name: string): number | undefined {
  // Slips seldom are at the beginning, other words often differ there: "Crusty bread". A plural is none.
  if (typed[0] !== name[0] || typed === `${name}s`) return undefined;
  const most = name.length >= LEAST_FOR_TWO ? 2 : name.length >= LEAST_FOR_ONE ? 1 : 0;
  const far = isSwapped(typed, name) ? 1 : distance(typed, name);
  return far <= most ? far : undefined;
}

/** Two letters side by side changed places: one slip, though two letters are wrong. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].findIndex((letter, i) => letter !== b[i]);
  return at >= 0 && a.slice(0, at) + (a[at + 1] ?? '') + a[at] + a.slice(at + 2) === b;
}
