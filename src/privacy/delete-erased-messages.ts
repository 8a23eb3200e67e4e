import type { MessageDeletions, MessageToDelete } from '../store/message-deletions.ts';

/** A channel that the bot doesn't see for so long won't be seen again: a month, in ms. */
const TRIED_FOR_MS = 30 * 24 * 3_600_000;

interface MessagePowers {
  readonly deletions: Pick<MessageDeletions, 'done'>;
  /** Deletes a message in Discord. @returns whether it is gone */
  deleteMessage(channelId: string, messageId: string): Promise<boolean>;
}

/** Deletes the messages of what was just erased. @returns how many are left; deleteErasedMessages tries these again */
export async function deleteMessages(messages: readonly MessageToDelete[], powers: MessagePowers): Promise<number> {
  let left = 0;
  for (const { channelId, messageId } of messages) {
    if (await powers.deleteMessage(channelId, messageId)) await powers.deletions.done(messageId);
    else left++;
  }
  return left;
}

export interface DeletingPowers extends MessagePowers {
  readonly deletions: Pick<MessageDeletions, 'list' | 'done'>;
  readonly now: number;
  /** Ends it between two messages. */
  readonly signal: AbortSignal;
}

export interface DeletedMessages {
  readonly deleted: number;
  /** given up after a month */
  readonly givenUp: number;
}

/** Deletes what was erased but is still in a channel: the process was killed, or Discord didn't let the bot. */
export async function deleteErasedMessages(powers: DeletingPowers): Promise<DeletedMessages> {
  const { deletions, now, signal } = powers;
  let [deleted, givenUp] = [0, 0];
  for (const { channelId, messageId, createdAt } of await deletions.list()) {
    if (signal.aborted) break;
    if (await powers.deleteMessage(channelId, messageId)) deleted++;
    else if (now - createdAt.getTime() > TRIED_FOR_MS) givenUp++;
    else continue;
    await deletions.done(messageId);
  }
  return { deleted, givenUp };
}
