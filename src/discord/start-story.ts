import type { FieldText } from '../safety/check-texts.ts';
import type { Story } from '../store/stories.ts';
import { namedIn } from '../studio/character-names.ts';
import { parseRecipe } from '../studio/recipe.ts';
import type { NewStory, Ticket } from '../studio/studio.ts';
import { requireMayCreate } from './access.ts';
import type { Answer, Asked } from './command.ts';
import { placeText } from './progress-text.ts';

/** Takes on a story and posts its message. What is refused is refused before anything is stored. */
export async function startStory(asked: Asked, story: NewStory): Promise<Answer> {
  const { title = '', panels, characters, style = '' } = story;
  const texts = [
    { field: 'title', text: title },
    { field: 'panels', text: panels },
    { field: 'characters', text: characters.join(', ') },
    { field: 'style', text: style },
  ];
  const looks = await looksIn(asked, `${panels}\n${characters.join('\n')}`);
  requireMayCreate(asked, [...texts, ...looks], [{ field: 'style', text: asked.settings.style ?? '' }]);
  return announce(asked, await asked.services.studio.createStory(asked.asker, story));
}

/** The same story anew: with another seed, or exactly as it was. */
export async function startAgain(asked: Asked, before: Story, how: 'vary' | 'replay'): Promise<Answer> {
  const { studio } = asked.services;
  requireMayCreate(asked, textsOf(before));
  const ticket =
    how === 'vary' ? await studio.varyStory(asked.asker, before.id) : await studio.replayStory(asked.asker, before.id);
  return announce(asked, ticket);
}

async function announce({ services, t }: Asked, { story, place }: Ticket & { readonly story: Story }): Promise<Answer> {
  const where = (await services.board.announceStory(story)) ?? t.common.here;
  return { content: t.story.taken({ place: placeText(place, t), where }) };
}

/** All that a story is drawn from, as it was when each part was told. */
export function textsOf({ title, panels, settings }: Story): FieldText[] {
  const { cast, promptPrefix } = parseRecipe(settings);
  return [
    { field: 'title', text: title },
    ...panels.map(({ text }) => ({ field: 'panels', text })),
    { field: 'style', text: promptPrefix },
    ...cast.map(({ looks }) => ({ field: 'looks', text: looks })),
  ];
}

/** What characters look like is drawn with every panel that names them. */
export async function looksIn({ asker, services }: Asked, text: string) {
  const known = await services.store.characters.list(asker.scope, { retired: true });
  return namedIn(text, known).map(({ looks }) => ({ field: 'looks', text: looks }));
}
