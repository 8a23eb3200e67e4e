import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors/user-error.ts';
import type { Character as StoredCharacter } from '../store/characters.ts';
import { foldName } from '../store/fold-name.ts';
import { createCharacter, type Character as Described } from '../story/character.ts';
import { findMentions } from '../story/panel-script.ts';

/** Share of a name's letters that may be wrong for it to be suggested; and at least this many. */
const SUGGESTION_SHARE = 0.4;
const SUGGESTION_LEAST = 2;
const SUGGESTIONS = 3;

/** What names are looked up in. */
export type Character = Pick<StoredCharacter, 'id' | 'name' | 'looks' | 'subjectWords' | 'status'>;

/** A character as the readers of scripts know it. */
export function describe({ name, looks, subjectWords }: Character): Described {
  return { name, looks, subject: subjectWords.join(' ') };
}

/** What people type as looks, read. @throws UserError those of createCharacter */
export function readLooks(name: string, looks: string): Pick<Character, 'looks' | 'subjectWords'> {
  const { looks: clean, subject } = createCharacter(name, looks);
  return { looks: clean, subjectWords: subject.split(' ') };
}

/**
 * The character of a name as typed, with or without its @.
 * @param known active and retired ones
 * @throws UserError `character-unknown` with close matches, `character-retired`
 */
export function resolveName(typed: string, known: readonly Character[]): Character {
  const name = foldName(typed.replace(/^\s*@/u, ''));
  const called = known.filter((character) => foldName(character.name) === name);
  const active = called.find(({ status }) => status === 'active');
  if (active) return active;
  const [retired] = called;
  if (retired) {
    throw new UserError('character-retired', {
      expected: 'a character that is not retired',
      got: `"${retired.name}", who is`,
      todo: 'Create the character anew, or tell the story with another one.',
      name: retired.name,
    });
  }
  const suggestions = closeNames(name, known);
  throw new UserError('character-unknown', {
    expected: 'the name of a character that is known here',
    got: `"${typed.trim()}"`,
    todo:
      suggestions.length > 0
        ? `Did you mean ${suggestions.map((each) => `"${each}"`).join(' or ')}? /character list shows all.`
        : 'Create it with /character create; /character list shows all.',
    name: typed.trim(),
    suggestions,
  });
}

/** Known names that somebody may have meant, the closest first. */
function closeNames(name: string, known: readonly Character[]): string[] {
  const most = Math.max(SUGGESTION_LEAST, Math.floor(name.length * SUGGESTION_SHARE));
  return known
    .filter(({ status }) => status === 'active')
    .map((character) => {
      const folded = foldName(character.name);
      // Somebody who types a part of a name means it too.
      const isPart = name.length > 1 && (folded.startsWith(name) || name.startsWith(folded));
      return { name: character.name, far: isPart ? 0 : distance(name, folded) };
    })
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)
    .slice(0, SUGGESTIONS)
    .map((each) => each.name);
}

/** An @ that names somebody; in "<@123>" and "mail@example" it doesn't. */
const AT_NAME = /(?<![\p{L}\p{N}<])@([\p{L}\p{N}][\p{L}\p{N}\p{M}_'’-]*)/gu;

/**
 * The characters that a text names, as "Rusty" or "@Rusty", in the order of their appearance.
 * @param known active and retired ones
 * @throws UserError `character-unknown` or `character-retired` for an @name that isn't one
 */
export function namedIn(text: string, known: readonly Character[]): Character[] {
  const active = known.filter(({ status }) => status === 'active');
  const normal = text.normalize('NFC');
  const mentions = findMentions(normal, active.map(describe));
  for (const { index, 1: name = '' } of normal.matchAll(AT_NAME)) {
    if (!mentions.some(({ start, end }) => start <= index && index < end)) resolveName(name, known);
  }
  const names = [...new Set(mentions.map(({ character }) => character.name))];
  return names.flatMap((name) => active.find((each) => each.name === name) ?? []);
}

export function isNamedIn(text: string, character: Character): boolean {
  return findMentions(text.normalize('NFC'), [describe(character)]).length > 0;
}

export function beginsWithName(text: string, characters: readonly Character[]): boolean {
  return findMentions(text.normalize('NFC').trim(), characters.map(describe)).some(({ start }) => start === 0);
}
