import { UserError } from '../errors/user-error.ts';
import type { Story } from '../store/stories.ts';
import { requireMayRedraw, requireMayRepost, requireWelcomeTexts } from './access.ts';
import type { Answer, Asked } from './command.ts';
import { placeText } from './progress-text.ts';
import { looksIn, textsOf } from './start-story.ts';

/** @param place of the panel, from 1 */
export async function redrawPanel(asked: Asked, story: Story, place: number): Promise<Answer> {
  const { services, asker, t } = asked;
  requireMayRedraw(asked, story.authorId);
  requirePlace(story, place);
  await requireWhereabouts(asked, story);
  const ticket = await services.board.changeStory(story.id, () => services.studio.redrawPanel(asker, story.id, place));
  const where = await whereabouts(asked, story);
  return { content: t.story.redrawTaken({ panel: place, place: placeText(ticket.place, t), where }) };
}

export async function addPanel(asked: Asked, story: Story, text: string): Promise<Answer> {
  const { services, asker, t } = asked;
  requireMayRedraw(asked, story.authorId);
  const texts = [{ field: 'panel', text }, ...(await looksIn(asked, text))];
  requireWelcomeTexts(asked, texts, textsOf(story));
  await requireWhereabouts(asked, story);
  const ticket = await services.board.changeStory(story.id, () => services.studio.addPanel(asker, story.id, text));
  return { content: t.story.addTaken({ place: placeText(ticket.place, t), where: await whereabouts(asked, story) }) };
}

/** A story whose message is gone gets a new one where somebody works on it. @throws UserError those of requireMayRepost */
async function requireWhereabouts(asked: Asked, story: Story): Promise<void> {
  if ((await asked.services.board.whereIs(story.id)) === undefined) requireMayRepost(asked, story, textsOf(story));
}

async function whereabouts({ services, asker, t }: Asked, story: Story): Promise<string> {
  const where = await services.board.whereIs(story.id);
  if (where !== undefined) return where;
  return (await services.board.repostStory(story, asker.channelId)) ?? t.common.here;
}

/** @throws UserError `panel-unknown` */
export function requirePlace({ panels }: Story, place: number): void {
  if (Number.isInteger(place) && place >= 1 && place <= panels.length) return;
  throw new UserError('panel-unknown', {
    expected: `a panel from 1 to ${panels.length}`,
    got: String(place),
    todo: 'Look at the story and choose another number.',
    place,
    count: panels.length,
  });
}
