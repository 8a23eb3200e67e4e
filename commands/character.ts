import { escapeMarkdown, userMention } from 'discord.js';
import { requireMayCreate, requireWelcomeTexts } from '../src/discord/access.ts';
import { castingActions, recast } from '../src/discord/casting-actions.ts';
import { characterAnswer } from '../src/discord/character-answer.ts';
import { defineCommand, subcommand } from '../src/discord/command.ts';
import { listing } from '../src/discord/components.ts';
import { askWhetherToDelete, deletingCharacter } from '../src/discord/delete-character.ts';
import { downloadPicture } from '../src/discord/download-picture.ts';
import { findCharacter, findRetired } from '../src/discord/lookup.ts';
import { placeText } from '../src/discord/progress-text.ts';
import { suggestCharacters, suggestRetired } from '../src/discord/suggestions.ts';

const LISTED = 20;
const name = { type: 'text', required: true, suggest: suggestCharacters } as const;

export const command = defineCommand({
  name: 'character',
  actions: { ...castingActions, ...deletingCharacter },
  subcommands: {
    create: subcommand({
      options: {
        name: { type: 'text', required: true },
        looks: { type: 'text', required: true },
        picture: { type: 'picture' },
      },
      execute: async ({ values, ...asked }) => {
        const { services, asker, t } = asked;
        const { name: given, looks } = values;
        requireMayCreate(asked, [
          { field: 'name', text: given },
          { field: 'looks', text: looks },
        ]);
        const picture = values.picture && (await downloadPicture(values.picture));
        const ticket = await services.studio.createCharacter(asker, { name: given, looks, picture });
        const where = (await services.board.announceCasting(ticket.job)) ?? t.common.here;
        const called = escapeMarkdown(ticket.character.name);
        return { content: t.character.taken({ name: called, place: placeText(ticket.place, t), where }) };
      },
    }),
    list: subcommand({
      options: { mine: { type: 'boolean' } },
      execute: async ({ values, asker, services, t }) => {
        const ownerId = values.mine ? asker.memberId : undefined;
        const all = await services.store.characters.list(asker.scope, { ownerId });
        if (all.length === 0) return { content: t.character.listEmpty };
        const lines = all.slice(0, LISTED).map((character) => {
          const about = { owner: userMention(character.ownerId), cast: character.currentCanonId !== null };
          const words = { name: escapeMarkdown(character.name), looks: escapeMarkdown(character.looks.slice(0, 60)) };
          return `- ${t.character.listLine({ ...words, ...about })}`;
        });
        return { content: listing(t.character.list, lines, t, all.length) };
      },
    }),
    show: subcommand({
      options: { name },
      execute: async ({ values, interaction, ...asked }) =>
        characterAnswer(asked, interaction, await findCharacter(asked, values.name)),
    }),
    edit: subcommand({
      options: { name, rename: { type: 'text' }, looks: { type: 'text' } },
      execute: async ({ values, ...asked }) => {
        const { services, asker, t } = asked;
        const { id } = await findCharacter(asked, values.name);
        const { rename, looks } = values;
        requireWelcomeTexts(asked, [
          { field: 'rename', text: rename ?? '' },
          { field: 'looks', text: looks ?? '' },
        ]);
        const traits = { ...(rename !== undefined && { name: rename }), ...(looks !== undefined && { looks }) };
        const character = await services.studio.editCharacter(asker, id, traits);
        return { content: t.character.edited({ name: escapeMarkdown(character.name) }) };
      },
    }),
    recast: subcommand({
      options: { name },
      execute: async ({ values, ...asked }) => recast(asked, (await findCharacter(asked, values.name)).id),
    }),
    retire: subcommand({
      options: { name },
      execute: async ({ values, ...asked }) => {
        const { services, asker, t } = asked;
        const { id } = await findCharacter(asked, values.name);
        const character = await services.studio.retireCharacter(asker, id);
        return { content: t.character.retired({ name: escapeMarkdown(character.name) }) };
      },
    }),
    delete: subcommand({
      options: { name: { ...name, suggest: suggestRetired } },
      execute: async ({ values, ...asked }) => askWhetherToDelete(asked, await findRetired(asked, values.name)),
    }),
  },
});
