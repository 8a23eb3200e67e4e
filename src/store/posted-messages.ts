import { randomBytes } from 'node:crypto';
import { nowOf, type StoreContext } from './context.ts';
import { lockParties } from './parties.ts';
import type { Connection } from './prisma-client.ts';
import { parseScopeId, type Scope, scopeId } from './scope.ts';

export interface MessageIntent {
  /** For instance "story-grid". */
  readonly purpose: string;
  /** What it is about: the story's id for instance. There is one message for each purpose and subject. */
  readonly subject: string;
  readonly scope: Scope;
  readonly channelId: string;
  /** For whom it is posted. */
  readonly memberId: string;
  readonly storyId: string | null;
  readonly jobId: string | null;
}

export interface PostedMessage extends MessageIntent {
  readonly id: string;
  /** Goes into the message's custom ids, by which it is found again. */
  readonly marker: string;
  /** Discord's `nonce`, at most 25 characters, sent with `enforce_nonce`. */
  readonly nonce: string;
  /**
   * intended: it may or may not be in the channel. stale: it is, and may not show the last state yet. posted: it is, and
   * does. gone: it was deleted there.
   */
  readonly status: 'intended' | 'stale' | 'posted' | 'gone';
  readonly messageId: string | null;
  readonly createdAt: Date;
  readonly postedAt: Date | null;
}

const NONCE_BYTES = 12;
const MARKER_BYTES = 9;

/**
 * Messages that have to be posted exactly once. The intent is stored first; after a crash between sending and noting,
 * the channel's last messages are searched for the marker before the message is sent again under the same nonce.
 */
export class PostedMessages {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  /** Stores the intent to post, or gives back the one that is stored for this purpose and subject. */
  async intend(intent: MessageIntent): Promise<PostedMessage> {
    const { scope, ...columns } = intent;
    return this.#context.database.write(async (transaction) => {
      await lockParties(transaction, scope, intent.memberId);
      const { purpose, subject } = intent;
      const before = await transaction.postedMessage.findUnique({ where: { purpose_subject: { purpose, subject } } });
      if (before) return toMessage(before);
      const row = await transaction.postedMessage.create({
        data: {
          ...columns,
          ...freshNames(),
          id: this.#context.newId(),
          scopeId: scopeId(scope),
          createdAt: nowOf(this.#context),
        },
      });
      return toMessage(row);
    });
  }

  /**
   * Notes where the message is. A message that is noted already stays as it is.
   * @param shows 'stale' if it will have to be edited, as long as its job isn't done for instance
   * @returns false if another message was noted before: then `messageId` is a double, to be deleted
   */
  async markPosted(id: string, messageId: string, shows: 'posted' | 'stale' = 'posted'): Promise<boolean> {
    const { count } = await this.#client.postedMessage.updateMany({
      where: { id, status: 'intended' },
      data: { status: shows, messageId, postedAt: nowOf(this.#context) },
    });
    if (count > 0) return true;
    const row = await this.#client.postedMessage.findUnique({ where: { id } });
    return row?.messageId === messageId;
  }

  /** Before something changes that the message shows: a restart in between must not forget to edit it. */
  async markStale(id: string): Promise<void> {
    await this.#client.postedMessage.updateMany({ where: { id, status: 'posted' }, data: { status: 'stale' } });
  }

  /** The message shows the last state. */
  async markShown(id: string): Promise<void> {
    await this.#client.postedMessage.updateMany({ where: { id, status: 'stale' }, data: { status: 'posted' } });
  }

  /** The message was deleted in Discord. @param channelId makes it fast: there is an index of channels and messages */
  async markGone(messageId: string, channelId?: string): Promise<void> {
    await this.#client.postedMessage.updateMany({ where: { messageId, channelId }, data: { status: 'gone' } });
  }

  /** It can't be posted: the channel is gone, or closed to the bot. */
  async giveUp(id: string): Promise<void> {
    await this.#client.postedMessage.updateMany({ where: { id, status: 'intended' }, data: { status: 'gone' } });
  }

  /** Lets a message that is gone be posted anew, in this channel; new names keep Discord from giving the old one back. */
  async reopen(id: string, channelId: string): Promise<PostedMessage | undefined> {
    await this.#client.postedMessage.updateMany({
      where: { id, status: 'gone' },
      data: { ...freshNames(), channelId, status: 'intended', messageId: null, postedAt: null },
    });
    const row = await this.#client.postedMessage.findUnique({ where: { id } });
    return row ? toMessage(row) : undefined;
  }

  async find(purpose: string, subject: string): Promise<PostedMessage | undefined> {
    const row = await this.#client.postedMessage.findUnique({ where: { purpose_subject: { purpose, subject } } });
    return row ? toMessage(row) : undefined;
  }

  async findByMessage(messageId: string, channelId?: string): Promise<PostedMessage | undefined> {
    const row = await this.#client.postedMessage.findFirst({ where: { messageId, channelId } });
    return row ? toMessage(row) : undefined;
  }

  async findByMarker(marker: string): Promise<PostedMessage | undefined> {
    const row = await this.#client.postedMessage.findUnique({ where: { marker } });
    return row ? toMessage(row) : undefined;
  }

  /** What a restart has to look for in the channels, and what it has to edit: the oldest first. */
  async unsettled(): Promise<PostedMessage[]> {
    const rows = await this.#client.postedMessage.findMany({
      where: { status: { in: ['intended', 'stale'] } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(toMessage);
  }

  /** What a kill left without even an intent: stories, and jobs that belong to no story. The oldest first. */
  async unannounced(): Promise<{ readonly storyIds: string[]; readonly jobIds: string[] }> {
    const where = { messages: { none: {} } };
    const [stories, jobs] = await Promise.all([
      this.#client.story.findMany({ where, select: { id: true }, orderBy: { createdAt: 'asc' } }),
      this.#client.job.findMany({
        where: { ...where, storyId: null },
        select: { id: true },
        orderBy: { createdAt: 'asc' },
      }),
    ]);
    return { storyIds: stories.map(({ id }) => id), jobIds: jobs.map(({ id }) => id) };
  }
}

function freshNames() {
  return {
    nonce: randomBytes(NONCE_BYTES).toString('base64url'),
    marker: randomBytes(MARKER_BYTES).toString('base64url'),
  };
}

type MessageRow = NonNullable<Awaited<ReturnType<Connection['postedMessage']['findUnique']>>>;

function toMessage({ scopeId: scope, status, ...rest }: MessageRow): PostedMessage {
  return { ...rest, scope: parseScopeId(scope), status: status as PostedMessage['status'] };
}
