import { type Client, type Message, type SendableChannels, SnowflakeUtil } from 'discord.js';
import type { PostedMessage, PostedMessages } from '../store/posted-messages.ts';
import { parseCustomId } from './custom-id.ts';
import { failureOf } from './discord-failure.ts';
import { editPayload, type MessageView, sendPayload } from './message-view.ts';

/** Discord's largest page, and how many are looked through: a busy channel's hour. */
const PAGE = 100;
const PAGES = 10;
/** The clocks of this machine and of Discord may differ by so much, in ms. */
const CLOCK_SKEW_MS = 60_000;

/** gone: somebody deleted the message or the channel. forbidden: the bot may not post or edit there. */
export type Shown = { readonly message: Message } | 'gone' | 'forbidden';

/**
 * Posts each message exactly once, across crashes: it is a row before it is sent (src/store/posted-messages.ts), it is
 * sent with an enforced nonce, and where it is uncertain whether it was sent, the channel is searched for its marker.
 */
export class Poster {
  readonly #client: Client;
  readonly #messages: PostedMessages;
  readonly #startedAt: number;
  /** Rows whose message may be in the channel though none is noted. */
  readonly #uncertain = new Set<string>();
  /** By message: the picture that it has. */
  readonly #pictures = new Map<string, string>();

  /** @param startedAt rows from before may have been sent by a process that was killed; ms since 1970 */
  constructor(client: Client, messages: PostedMessages, startedAt: number) {
    this.#client = client;
    this.#messages = messages;
    this.#startedAt = startedAt;
  }

  /**
   * Makes the message look so, posting it if it isn't there yet.
   * @throws what Discord or the network fails with, if it may go well later or is our mistake
   */
  async show(posted: PostedMessage, view: MessageView): Promise<Shown> {
    try {
      const channel = await this.#channel(posted.channelId);
      if (posted.messageId !== null) return { message: await this.#edit(channel, posted.messageId, view) };
      const found = await this.#find(channel, posted);
      if (found === undefined) return { message: await this.#send(channel, posted, view) };
      if (!(await this.#messages.markPosted(posted.id, found.id, 'stale'))) await found.delete();
      return { message: await this.#edit(channel, found.id, view) };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'message-gone' || failure === 'channel-gone') return 'gone';
      if (failure === 'forbidden') return 'forbidden';
      throw error;
    }
  }

  /** @throws DiscordAPIError */
  async channel(channelId: string): Promise<SendableChannels> {
    return this.#channel(channelId);
  }

  async #send(channel: SendableChannels, posted: PostedMessage, view: MessageView): Promise<Message> {
    const payload = await sendPayload(view, posted.nonce);
    this.#uncertain.add(posted.id);
    const message = await channel.send(payload).catch((error: unknown) => {
      if (failureOf(error) !== 'passing') this.#uncertain.delete(posted.id);
      throw error;
    });
    this.#rememberPicture(message.id, view);
    if (!(await this.#messages.markPosted(posted.id, message.id, 'stale'))) await message.delete();
    this.#uncertain.delete(posted.id);
    return message;
  }

  async #edit(channel: SendableChannels, messageId: string, view: MessageView): Promise<Message> {
    const message = await channel.messages.edit(messageId, await editPayload(view, this.#pictures.get(messageId)));
    this.#rememberPicture(messageId, view);
    return message;
  }

  #rememberPicture(messageId: string, { picture, isFinal }: MessageView): void {
    // Messages that are done are seldom edited again: then their picture is sent anew.
    if (picture && !isFinal) this.#pictures.set(messageId, picture.key);
    else this.#pictures.delete(messageId);
  }

  /** Looks whether a message that is only intended is in the channel already. */
  async #find(channel: SendableChannels, posted: PostedMessage): Promise<Message | undefined> {
    const isFresh = posted.createdAt.getTime() >= this.#startedAt && !this.#uncertain.has(posted.id);
    if (isFresh) return undefined;
    let after = String(SnowflakeUtil.generate({ timestamp: posted.createdAt.getTime() - CLOCK_SKEW_MS }));
    for (let page = 0; page < PAGES; page++) {
      const messages = await channel.messages.fetch({ after, limit: PAGE, cache: false });
      const found = messages.find(
        (message) => message.author.id === this.#client.user?.id && carries(message, posted.marker),
      );
      if (found || messages.size < PAGE) return found;
      after = [...messages.keys()].reduce((newest, id) => (BigInt(id) > BigInt(newest) ? id : newest));
    }
    return undefined;
  }

  async #channel(channelId: string): Promise<SendableChannels> {
    const channel = await this.#client.channels.fetch(channelId);
    if (!channel?.isSendable()) throw new Error(`the channel ${channelId} takes no messages`);
    return channel;
  }
}

/** Whether one of the message's custom ids has the marker. */
function carries(message: Message, marker: string): boolean {
  const ids: string[] = [];
  JSON.stringify(message.components, (key, value: unknown) => {
    if (key === 'custom_id' && typeof value === 'string') ids.push(value);
    return value;
  });
  return ids.some((id) => parseCustomId(id)?.marker === marker);
}
