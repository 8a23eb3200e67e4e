import type { PanelDraft } from '../store/stories.ts';
import { readPanel } from '../story/panel-script.ts';
import { readStory, refuseManyCharacters } from '../story/story-script.ts';
import { beginsWithName, type Character, describe, isNamedIn, namedIn } from './character-names.ts';

/** Panels as typed, one after the other. */
export function splitPanels(text: string): string[] {
  return text
    .split(/[|\n\r]/u)
    .map((panel) => panel.trim())
    .filter((panel) => panel !== '');
}

export interface ScriptSource {
  readonly title: string | undefined;
  readonly panels: readonly string[];
  /** in every panel */
  readonly always: readonly Character[];
  /** active and retired ones of the scope */
  readonly known: readonly Character[];
  readonly promptPrefix: string;
}

export interface ReadScript {
  readonly panels: readonly PanelDraft[];
  /** each once, in the order of their appearance */
  readonly characters: readonly Character[];
}

/**
 * A whole story as typed. Who is named anywhere in it is in the panels that name them; a story's only character is in
 * all of them.
 * @throws UserError those of readStory and namedIn
 */
export function readScript({ title, panels, always, known, promptPrefix }: ScriptSource): ReadScript {
  const characters = distinct([...always, ...panels.flatMap((panel) => namedIn(panel, known))]);
  const texts = panels.map((panel) => withAlways(panel, always, characters));
  const story = readStory(title, characters.map(describe), texts);
  return {
    characters,
    panels: story.panels.map((panel, i) => draft(panels[i] as string, panel, characters, promptPrefix)),
  };
}

/**
 * One panel more of a story.
 * @param cast who is in the story so far, as they were when they came into it
 * @throws UserError those of readPanel and namedIn, `characters-too-many`
 */
export function readAddedPanel(
  text: string,
  cast: readonly Character[],
  { always, known, promptPrefix, place }: Omit<ScriptSource, 'title' | 'panels'> & { readonly place: number },
): ReadScript & { readonly panel: PanelDraft } {
  // The story's own looks of a character count, not those that were edited since.
  const others = known.filter(({ id }) => !cast.some((member) => member.id === id));
  const characters = distinct([...cast, ...namedIn(text, [...cast, ...others])]);
  refuseManyCharacters(characters.length);
  const read = readPanel(withAlways(text, always, characters), characters.map(describe), place);
  const panel = draft(text, read, characters, promptPrefix);
  return { panel, panels: [panel], characters };
}

/** Names who is in every panel before a text that doesn't: "Bo and Rusty sleeping", "Bo dancing". */
function withAlways(text: string, always: readonly Character[], characters: readonly Character[]): string {
  const missing = always.filter((character) => !isNamedIn(text, character)).map(({ name }) => name);
  if (missing.length === 0) return text;
  const goesOn = beginsWithName(text, characters) ? ' and ' : ' ';
  return `${missing.join(' and ')}${goesOn}${text.trim()}`;
}

function draft(
  text: string,
  read: ReturnType<typeof readPanel>,
  characters: readonly Character[],
  promptPrefix: string,
): PanelDraft {
  return {
    text,
    caption: text.normalize('NFC').trim(),
    prompt: [promptPrefix, read.scene].filter((part) => part !== '').join(' '),
    characterIds: read.characters.flatMap((name) => characters.find((each) => each.name === name)?.id ?? []),
  };
}

function distinct(characters: readonly Character[]): Character[] {
  return characters.filter(({ id }, i) => characters.findIndex((other) => other.id === id) === i);
}
