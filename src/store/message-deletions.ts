import type { StoreContext } from './context.ts';
import type { Connection } from './prisma-client.ts';

export interface MessageToDelete {
  readonly channelId: string;
  readonly messageId: string;
}

/**
 * Messages that are to be deleted in Discord though nothing else is stored of them any more: noted in the transaction
 * that erases what they were about, and kept until they are gone.
 */
export class MessageDeletions {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** The oldest first. */
  async list(): Promise<(MessageToDelete & { readonly createdAt: Date })[]> {
    return this.#context.database.client.messageDeletion.findMany({
      orderBy: [{ createdAt: 'asc' }, { messageId: 'asc' }],
    });
  }

  /** It is gone, or given up. */
  async done(messageId: string): Promise<void> {
    await this.#context.database.client.messageDeletion.deleteMany({ where: { messageId } });
  }
}

export async function noteDeletions(
  transaction: Connection,
  messages: readonly MessageToDelete[],
  createdAt: Date,
): Promise<void> {
  for (const { channelId, messageId } of messages) {
    const create = { channelId, messageId, createdAt };
    await transaction.messageDeletion.upsert({ where: { messageId }, create, update: {} });
  }
}
