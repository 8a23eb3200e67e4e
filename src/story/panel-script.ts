import { UserError } from '../errors/user-error.ts';
import type { Character } from './character.ts';

/** A panel as its author wrote it, and what the model is told of it. */
export interface PanelScript {
  /** as typed, without space around it */
  readonly caption: string;
  /** the caption with names replaced by looks, without the model's own prefix */
  readonly scene: string;
  /** names of the characters in it, in order of appearance */
  readonly characters: readonly string[];
}

/** Longest text of one panel; the models read 77 tokens at most, about 300 characters. */
export const MAX_PANEL_LENGTH = 500;

export interface Mention {
  readonly character: Character;
  readonly start: number;
  readonly end: number;
  /** with a possessive after it */
  readonly possessive: boolean;
}

/**
 * Turns a panel's text into a scene. A character is in it if the text names it: "Rusty reading a book" becomes "a fox
 * wearing a scarf reading a book"; named again, it is "the fox", or beside a white one "the red fox". A story's only
 * character is in every panel, named or not.
 * @param place of the panel in the story, from 1, for messages
 * @throws UserError `panel-empty`, `panel-too-long`, `panel-names-nobody`
 */
export function readPanel(text: string, characters: readonly Character[], place: number): PanelScript {
  const caption = text.normalize('NFC').trim(); // as names are
  if (caption === '') {
    throw new UserError('panel-empty', {
      expected: `something that happens in panel ${place}`,
      got: 'an empty text',
      todo: 'Write what the panel shows, such as "standing in the forest", or leave the panel out.',
      place,
    });
  }
  if (caption.length > MAX_PANEL_LENGTH) {
    throw new UserError('panel-too-long', {
      expected: `at most ${MAX_PANEL_LENGTH} characters in panel ${place}`,
      got: `${caption.length}`,
      todo: 'Shorten it: models read only the first 40 to 70 words.',
      place,
    });
  }
  const mentions = findMentions(caption, characters);
  if (mentions.length > 0) {
    const named = [...new Set(mentions.map((mention) => mention.character.name))];
    return { caption, scene: replaceMentions(caption, mentions), characters: named };
  }
  const [only, ...others] = characters;
  if (!only) return { caption, scene: caption, characters: [] };
  if (others.length > 0) {
    throw new UserError('panel-names-nobody', {
      expected: `panel ${place} to name who is in it: ${characters.map((c) => c.name).join(', ')}`,
      got: `"${caption}"`,
      todo: `Name them, for instance "${only.name} ${caption}".`,
      place,
      names: characters.map((c) => c.name),
    });
  }
  return { caption, scene: `${only.looks} ${caption}`, characters: [only.name] };
}

/** Letters of scripts that put no spaces between words: a name in them ends where it ends. */
const SPACELESS = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u;
const NOT_AFTER_A_LETTER = String.raw`(?<![\p{L}\p{N}_])`;
const NOT_BEFORE_A_LETTER = String.raw`(?![\p{L}\p{N}\p{M}_])`;

/** Where a text names characters, longest names first, never two in one place. */
export function findMentions(text: string, characters: readonly Character[]): Mention[] {
  const found: Mention[] = [];
  for (const character of [...characters].sort((a, b) => b.name.length - a.name.length)) {
    const name = character.name.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`).replace(/\s+/gu, String.raw`\s+`);
    const [first = '', last = ''] = [[...character.name].at(0), [...character.name].at(-1)];
    const start = SPACELESS.test(first) ? '' : NOT_AFTER_A_LETTER;
    const end = SPACELESS.test(last) ? '' : NOT_BEFORE_A_LETTER;
    const pattern = new RegExp(
      String.raw`(?:${NOT_AFTER_A_LETTER}(?:an?|the)\s+)?${start}@?${name}(?<possessive>['’]s)?${end}`,
      'giu',
    );
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && other.start < end)) continue;
      found.push({ character, start, end, possessive: match.groups?.possessive !== undefined });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function replaceMentions(text: string, mentions: readonly Mention[]): string {
  const introduced = new Set<string>();
  let scene = '';
  let at = 0;
  for (const { character, start, end, possessive } of mentions) {
    // "Rusty's house" is about the house: the looks follow where Rusty stands by itself
    const isIntroduction = !introduced.has(character.name) && !possessive;
    const standalone = mentions.some((m) => m.character.name === character.name && !m.possessive);
    const words = isIntroduction || !standalone ? character.looks : againOf(character, mentions);
    if (isIntroduction || !standalone) introduced.add(character.name);
    scene += `${text.slice(at, start)}${words}${possessive ? `'s` : ''}`;
    at = end;
  }
  return scene + text.slice(at);
}

/** Beside somebody else who is a fox too, "the fox" would be anybody. */
function againOf({ name, looks, subject }: Character, mentions: readonly Mention[]): string {
  const same = (word: string) => word.toLowerCase() === subject.toLowerCase();
  const isAmbiguous = mentions.some(({ character }) => character.name !== name && same(character.subject));
  return isAmbiguous ? `the ${looks.replace(/^(?:an?|the)\s+/iu, '')}` : `the ${subject}`;
}
