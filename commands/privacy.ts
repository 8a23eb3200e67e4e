import { AttachmentBuilder } from 'discord.js';
import { type Answer, type Call, defineCommand, type Press, subcommand } from '../src/discord/command.ts';
import { confirmation, keeping } from '../src/discord/confirmation.ts';
import { customId } from '../src/discord/custom-id.ts';
import { deleteMessage } from '../src/discord/delete-message.ts';
import { interactionUploadLimit } from '../src/discord/upload-limit.ts';
import { UserError } from '../src/errors/user-error.ts';
import { eraseMember } from '../src/privacy/erase-member.ts';
import { exportPart } from '../src/privacy/export-archive.ts';

const ERASE = 'privacy-erase';
const KEEP = 'privacy-keep';

export const command = defineCommand({
  name: 'privacy',
  subcommands: {
    export: subcommand({
      options: { part: { type: 'integer', min: 1 } },
      execute: (call) => exportEverything(call, call.values.part ?? 1),
    }),
    erase: subcommand({ options: {}, execute: askWhetherToErase }),
  },
  actions: {
    [ERASE]: { answers: 'update', execute: eraseEverything },
    [KEEP]: keeping,
  },
});

async function exportEverything({ asker, services, interaction, t }: Call<unknown>, part: number): Promise<Answer> {
  const data = await services.store.privacy.export(asker.memberId);
  const limit = interactionUploadLimit(interaction);
  const archive = await exportPart(data, services.blobs, { part, limit });
  if (!archive) {
    throw new UserError('privacy-part-unknown', {
      expected: 'a part that there is',
      got: String(part),
      todo: 'Begin with /privacy export.',
      part,
    });
  }
  const { parts, leftOut, zip } = archive;
  const name = parts === 1 ? 'troupe-export.zip' : `troupe-export-${part}-of-${parts}.zip`;
  const lines = [parts === 1 ? t.privacy.exported : t.privacy.exportedPart({ part, parts })];
  if (part === 1 && leftOut.length > 0) lines.push(t.privacy.leftOut({ count: leftOut.length }));
  return { content: lines.join('\n'), files: [new AttachmentBuilder(Buffer.from(zip), { name })] };
}

async function askWhetherToErase({ asker, services, t }: Call<unknown>): Promise<Answer> {
  const { privacy } = t;
  const data = await services.store.privacy.export(asker.memberId);
  const running = data.jobs.filter(({ status }) => status === 'queued' || status === 'running').length;
  const counted = [
    { count: data.characters.length, text: privacy.characters },
    { count: data.stories.length, text: privacy.stories },
    { count: data.takesInStoriesOfOthers.length, text: privacy.takes },
    { count: running, text: privacy.running },
  ].flatMap(({ count, text }) => (count === 0 ? [] : [text({ count })]));
  const others = data.jobs.length + data.votes.length + data.messages.length;
  if (counted.length === 0 && others === 0 && data.settingsOfDirectMessages === null)
    return { content: privacy.nothing };
  const question = privacy.question({ items: [...counted, privacy.rest] });
  return confirmation(question, { id: customId(ERASE), label: privacy.erase }, customId(KEEP), t);
}

/** The question is ephemeral, so whoever presses is who asked; and what is erased is only ever one's own. */
async function eraseEverything({ asker, services, interaction, t }: Press): Promise<Answer> {
  const erased = await eraseMember(asker.memberId, {
    ...services,
    cancelJob: ({ id, scope, channelId }) => services.studio.cancel({ ...asker, scope, channelId }, id),
    deleteMessage: (channelId, messageId) => deleteMessage(interaction.client, channelId, messageId),
  });
  const lines = [t.privacy.erased(erased)];
  if (erased.messagesLeft > 0) lines.push(t.common.messagesLeft({ count: erased.messagesLeft }));
  return { content: lines.join('\n'), components: [] };
}
