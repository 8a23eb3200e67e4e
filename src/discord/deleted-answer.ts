import { deleteMessages } from '../privacy/delete-erased-messages.ts';
import type { Removed } from '../studio/studio.ts';
import type { Answer, Press } from './command.ts';
import { deleteMessage } from './delete-message.ts';

/** Takes away what still shows something that was deleted, and says that it was. */
export async function deletedAnswer(
  { services, interaction, t }: Press,
  { messages, stopped }: Removed,
  said: string,
): Promise<Answer> {
  services.board.forget(stopped);
  const left = await deleteMessages(messages, {
    deletions: services.store.deletions,
    deleteMessage: (channelId, messageId) => deleteMessage(interaction.client, channelId, messageId),
  });
  const lines = left > 0 ? [said, t.common.messagesLeft({ count: left })] : [said];
  return { content: lines.join('\n'), components: [] };
}
