import { escapeMarkdown } from 'discord.js';
import type { RecastOffer } from '../studio/studio.ts';
import { requireMayCreate } from './access.ts';
import type { Action, Answer, Asked } from './command.ts';
import { placeText } from './progress-text.ts';
import { CAST_AS, readRecast } from './recast-id.ts';

/** What the buttons of castings do. */
export const castingActions: Readonly<Record<string, Action>> = {
  pick: {
    answers: 'ephemeral',
    execute: async ({ services, asker, args, marker, t }) => {
      const character = await services.board.changeMarked(marker, () =>
        services.studio.pickCandidate(asker, args[0] ?? ''),
      );
      return { content: t.character.picked({ name: escapeMarkdown(character.name) }) };
    },
  },
  recast: { answers: 'ephemeral', execute: async (press) => recast(press, press.args[0] ?? '') },
  [CAST_AS]: {
    answers: 'ephemeral',
    execute: async (press) => {
      const { characterId, like } = readRecast(press.args);
      return recast(press, characterId, like);
    },
  },
};

export async function recast(asked: Asked, characterId: string, like?: RecastOffer): Promise<Answer> {
  const { services, asker, t } = asked;
  const character = await services.store.characters.get(characterId);
  requireMayCreate(asked, [{ field: 'looks', text: character.looks }]);
  const { job, place } = await services.studio.recast(asker, characterId, like);
  const where = (await services.board.announceCasting(job)) ?? t.common.here;
  return { content: t.character.taken({ name: escapeMarkdown(character.name), place: placeText(place, t), where }) };
}
