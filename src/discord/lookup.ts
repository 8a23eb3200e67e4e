import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors/user-error.ts';
import type { Character } from '../store/characters.ts';
import { foldName } from '../store/fold-name.ts';
import { scopeId } from '../store/scope.ts';
import type { Story } from '../store/stories.ts';
import { resolveName } from '../studio/character-names.ts';
import type { Asked } from './command.ts';
import { storyTitle } from './story-title.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A title that differs in more of its letters isn't what was meant. */
const CLOSE_SHARE = 0.5;
const SUGGESTIONS = 3;

type Asking = Pick<Asked, 'asker' | 'services'>;

/** The character of a name as typed. @throws UserError `character-unknown` with close matches, `character-retired` */
export async function findCharacter({ asker, services }: Asking, typed: string): Promise<Character> {
  const known = await services.store.characters.list(asker.scope, { retired: true });
  const { id } = resolveName(typed, known);
  return services.store.characters.get(id);
}

/**
 * A character that is off the cast, by its id (as autocompletion gives it) or its name; the latest of several. One that
 * plays is found if no other is called so.
 * @throws UserError `character-unknown` with close matches
 */
export async function findRetired({ asker, services }: Asking, typed: string): Promise<Character> {
  const known = await services.store.characters.list(asker.scope, { retired: true });
  const name = foldName(typed);
  const found = known.findLast(
    (character) => character.id === typed || (character.status === 'retired' && foldName(character.name) === name),
  );
  return found ?? findCharacter({ asker, services }, typed);
}

/**
 * A story by its id (as autocompletion gives it) or by its title; the newest of several.
 * @throws UserError `story-unknown` with close matches
 */
export async function findStory(asking: Asking, typed: string): Promise<Story> {
  if (ID.test(typed)) return storyHere(asking, typed);
  const stories = await asking.services.store.stories.list({ scope: asking.asker.scope });
  const name = foldName(typed);
  const found = stories.find((story) => foldName(storyTitle(story)) === name);
  if (found) return found;
  const suggestions = stories
    .map(storyTitle)
    .map((title) => ({ title, far: distance(foldName(title), name) }))
    .filter(({ title, far }) => far <= Math.max(title.length, name.length) * CLOSE_SHARE)
    .toSorted((a, b) => a.far - b.far)
    .map(({ title }) => title);
  throw new UserError('story-unknown', {
    expected: 'the title of a story that was drawn here',
    got: `"${typed}"`,
    todo: 'Look at /story list, or choose one that is suggested while typing.',
    name: typed,
    suggestions: [...new Set(suggestions)].slice(0, SUGGESTIONS),
  });
}

/** A story of this server, or of these direct messages: ids of others' are as good as none. @throws UserError `story-not-found` */
export async function storyHere({ asker, services }: Asking, id: string): Promise<Story> {
  const story = await services.store.stories.get(id);
  if (scopeId(story.scope) === scopeId(asker.scope)) return story;
  throw new UserError('story-not-found', {
    expected: 'a story that was drawn here',
    got: 'one from elsewhere',
    todo: 'Look at /story list.',
    id,
  });
}
