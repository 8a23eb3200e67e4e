import { UserError } from '../errors/user-error.ts';
import type { Character } from './character.ts';
import { type PanelScript, readPanel } from './panel-script.ts';

export interface StoryScript {
  readonly title: string | undefined;
  readonly characters: readonly Character[];
  readonly panels: readonly PanelScript[];
}

/** Panels of one story: what a page shows well and a batch holds. */
export const MAX_PANELS = 12;
/** Characters of one story: more than a picture shows apart. */
export const MAX_CHARACTERS = 8;
export const MAX_TITLE_LENGTH = 100;

/**
 * A story as people tell it, checked.
 * @throws UserError `story-empty`, `panels-too-many`, `title-too-long`, `characters-too-many`,
 *   `characters-same-name`, and those of readPanel
 */
export function readStory(
  title: string | undefined,
  characters: readonly Character[],
  panels: readonly string[],
): StoryScript {
  if (panels.length === 0) {
    throw new UserError('story-empty', {
      expected: `1 to ${MAX_PANELS} panels`,
      got: 'none',
      todo: 'Add at least one panel, such as "standing in the forest".',
    });
  }
  if (panels.length > MAX_PANELS) {
    throw new UserError('panels-too-many', {
      expected: `at most ${MAX_PANELS} panels in a story`,
      got: `${panels.length}`,
      todo: 'Split it into several stories; a canon keeps the characters the same.',
      most: MAX_PANELS,
      count: panels.length,
    });
  }
  if ((title?.length ?? 0) > MAX_TITLE_LENGTH) {
    throw new UserError('title-too-long', {
      expected: `a title of at most ${MAX_TITLE_LENGTH} characters`,
      got: `${title?.length}`,
      todo: 'Shorten it.',
    });
  }
  refuseManyCharacters(characters.length);
  const names = characters.map((character) => character.name.toLowerCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UserError('characters-same-name', {
      expected: 'characters with different names',
      got: `two called "${twice}"`,
      todo: 'Give them names: "Rusty: a fox wearing a scarf".',
      name: twice,
    });
  }
  return { title, characters, panels: panels.map((text, i) => readPanel(text, characters, i + 1)) };
}

/** @throws UserError `characters-too-many` */
export function refuseManyCharacters(count: number): void {
  if (count <= MAX_CHARACTERS) return;
  throw new UserError('characters-too-many', {
    expected: `at most ${MAX_CHARACTERS} characters in a story`,
    got: `${count}`,
    todo: 'Leave some out; those who need not look the same can stand in the panels alone.',
    most: MAX_CHARACTERS,
    count,
  });
}
