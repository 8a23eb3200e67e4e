import { escapeMarkdown } from 'discord.js';
import type { Character } from '../store/characters.ts';
import { inStories } from '../store/removals.ts';
import { assertMayRemove } from '../studio/permissions.ts';
import type { Action, Answer, Asked, Press } from './command.ts';
import { confirmation, keeping } from './confirmation.ts';
import { customId } from './custom-id.ts';
import { deletedAnswer } from './deleted-answer.ts';
import { storyTitle } from './story-title.ts';

const DELETE = 'character-delete';
const KEEP = 'character-keep';
const STORIES_NAMED = 3;

export const deletingCharacter: Readonly<Record<string, Action>> = {
  [DELETE]: { answers: 'update', execute: deleteCharacter },
  [KEEP]: keeping,
};

/** @throws UserError `character-not-yours`, `character-active`, `character-in-stories` with some of these */
export async function askWhetherToDelete({ asker, services, t }: Asked, character: Character): Promise<Answer> {
  assertMayRemove(asker, character);
  const { store } = services;
  const ids = await store.removals.storiesDrawnBy(character.id);
  if (ids.length > 0) {
    const stories = await Promise.all(ids.slice(0, STORIES_NAMED).map((id) => store.stories.get(id)));
    const titles = [...stories.map(storyTitle), ...(ids.length > STORIES_NAMED ? ['…'] : [])];
    throw inStories(character.name, ids.length, titles);
  }
  const words = { name: escapeMarkdown(character.name), looks: escapeMarkdown(character.looks) };
  const yes = { id: customId(DELETE, { args: [character.id] }), label: t.character.delete };
  return confirmation(t.character.deleteQuestion(words), yes, customId(KEEP), t);
}

async function deleteCharacter(press: Press): Promise<Answer> {
  const { asker, services, t, args } = press;
  const { id, name } = await services.store.characters.get(args[0] ?? '');
  const removed = await services.studio.deleteCharacter(asker, id);
  return deletedAnswer(press, removed, t.character.deleted({ name: escapeMarkdown(name) }));
}
