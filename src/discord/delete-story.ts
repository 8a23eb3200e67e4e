import { escapeMarkdown } from 'discord.js';
import type { Story } from '../store/stories.ts';
import { assertMayDelete } from '../studio/permissions.ts';
import type { Action, Answer, Asked, Press } from './command.ts';
import { confirmation, keeping } from './confirmation.ts';
import { customId } from './custom-id.ts';
import { deletedAnswer } from './deleted-answer.ts';
import { storyHere } from './lookup.ts';
import { storyTitle } from './story-title.ts';

const DELETE = 'story-delete';
const KEEP = 'story-keep';

export const deletingStory: Readonly<Record<string, Action>> = {
  [DELETE]: { answers: 'update', execute: deleteStory },
  [KEEP]: keeping,
};

/** @throws UserError `author-only` */
export async function askWhetherToDelete({ asker, services, t }: Asked, story: Story): Promise<Answer> {
  assertMayDelete(asker, story);
  const { store } = services;
  const takes = await Promise.all(story.panels.map(({ id }) => store.takes.ofPanel(id)));
  const open = await store.jobs.list({ storyId: story.id, status: ['queued', 'running'] });
  const question = t.story.deleteQuestion({
    title: escapeMarkdown(storyTitle(story)),
    panels: story.panels.length,
    takes: takes.flat().length,
    open: open.length,
  });
  const yes = { id: customId(DELETE, { args: [story.id] }), label: t.story.delete };
  return confirmation(question, yes, customId(KEEP), t);
}

async function deleteStory(press: Press): Promise<Answer> {
  const { asker, services, t } = press;
  const story = await storyHere(press, press.args[0] ?? '');
  const removed = await services.studio.deleteStory(asker, story.id);
  return deletedAnswer(press, removed, t.story.deleted({ title: escapeMarkdown(storyTitle(story)) }));
}
