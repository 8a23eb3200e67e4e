import type { LeftBlobs } from '../blobs/delete-left-blobs.ts';
import { blobReferences } from './blob-references.ts';
import { nowOf, type StoreContext } from './context.ts';
import { type MessageToDelete, noteDeletions } from './message-deletions.ts';
import type { Connection } from './prisma-client.ts';

/** What erasing rows leaves to be done outside the database. */
export interface Leavings extends LeftBlobs {
  /** Messages to delete in Discord; until they are gone, they are noted in MessageDeletions. */
  readonly messages: readonly MessageToDelete[];
}

interface Erased {
  readonly messages: readonly MessageToDelete[];
  readonly referredTo: ReadonlySet<string>;
}

/**
 * Erases rows in one transaction, and finds out what is left over by that.
 * @param erase gives the messages about what it erases, and the blobs that it refers to
 */
export async function eraseRows<T extends Erased>(
  context: Pick<StoreContext, 'database' | 'clock'>,
  erase: (transaction: Connection) => Promise<T>,
): Promise<Omit<T, 'referredTo'> & Leavings> {
  const { database } = context;
  const leavings = await database.write(async (transaction) => {
    const now = nowOf(context);
    const { referredTo, ...erased } = await erase(transaction);
    await noteDeletions(transaction, erased.messages, now);
    const stillInUse = await blobReferences(transaction, referredTo);
    const { _min: first } = await transaction.job.aggregate({
      where: { status: 'running' },
      _min: { startedAt: true },
    });
    return {
      ...erased,
      blobHashes: [...referredTo].filter((hash) => !stillInUse.has(hash)),
      unlessPutSince: first.startedAt !== null && first.startedAt < now ? first.startedAt : now,
    };
  });
  await database.purge();
  return leavings;
}

type MessagesWhere = NonNullable<Parameters<Connection['postedMessage']['findMany']>[0]>['where'];

/** Which of the messages are in their channels. */
export async function messagesInChannels(
  transaction: Connection,
  where: NonNullable<MessagesWhere>,
): Promise<MessageToDelete[]> {
  const status = { in: ['posted', 'stale'] };
  const posted = await transaction.postedMessage.findMany({ where: { ...where, status } });
  return posted.flatMap(({ channelId, messageId }) => (messageId === null ? [] : [{ channelId, messageId }]));
}
