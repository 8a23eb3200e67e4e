import type { Client } from 'discord.js';
import type { Log } from '../log.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import type { Store } from '../store/store.ts';
import { failureOf } from './discord-failure.ts';
import type { MessageView } from './message-view.ts';

interface TroubleParts {
  readonly client: Client;
  readonly store: Store;
  readonly log: Log;
}

/** What becomes of messages that can't be posted or edited. What was drawn stays, and can be shown elsewhere. */
export class PostingTrouble {
  readonly #parts: TroubleParts;
  /** Rows whose people have been told. */
  readonly #told = new Set<string>();

  constructor(parts: TroubleParts) {
    this.#parts = parts;
  }

  /** The message or its channel was deleted. */
  async gone({ id, messageId }: PostedMessage): Promise<void> {
    const { messages } = this.#parts.store;
    if (messageId === null) await messages.giveUp(id);
    else await messages.markGone(messageId);
  }

  /**
   * The bot may not post (any more): whom it was for is told once, in direct messages, when the work is done.
   * @param explain what to say; undefined for nothing
   */
  async forbidden(
    posted: PostedMessage,
    { isFinal }: MessageView,
    explain: () => Promise<string | undefined> | undefined,
  ): Promise<void> {
    const { client, store, log } = this.#parts;
    if (!isFinal || this.#told.has(posted.id)) return;
    this.#told.add(posted.id);
    log.warn('a message may not be posted', { channel: posted.channelId, purpose: posted.purpose });
    const text = await explain();
    if (posted.messageId === null) await store.messages.giveUp(posted.id);
    if (!text) return;
    await client.users.send(posted.memberId, text).catch((error: unknown) => {
      // Who takes no messages from the bot finds the story by /story show.
      if (failureOf(error) === 'other') throw error;
    });
  }
}
