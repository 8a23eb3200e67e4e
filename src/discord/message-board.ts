import { type Client, channelMention, messageLink } from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../store/context.ts';
import type { Job } from '../store/job.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import type { Store } from '../store/store.ts';
import type { Story } from '../store/stories.ts';
import type { JobFeedEvent, Studio } from '../studio/studio.ts';
import { CASTING, CastingDesk } from './casting-desk.ts';
import type { ChannelFacts } from './channel-facts.ts';
import type { Desk } from './desk.ts';
import { failureOf } from './discord-failure.ts';
import type { MessageView } from './message-view.ts';
import type { PictureGate } from './picture-gate.ts';
import { placeReactions } from './place-reactions.ts';
import type { Poster } from './poster.ts';
import { ProgressBook } from './progress-book.ts';
import { Refresher, type Wait } from './refresher.ts';
import type { SpokenLanguages } from './speech.ts';
import { STORY, StoryDesk } from './story-desk.ts';
import { storyView } from './story-view.ts';

export interface BoardOptions {
  readonly client: Client;
  readonly studio: Studio;
  readonly store: Store;
  readonly poster: Poster;
  readonly languages: SpokenLanguages;
  readonly pictures: PictureGate;
  readonly clock: Clock;
  readonly log: Log;
  readonly wait: Wait;
  /** Between two edits of one message, in ms. */
  readonly editIntervalMs: number;
  /** As the queue has it: places depend on it. */
  readonly impatientAfterMs: number;
}

/** Waiting messages that are so near their turn are edited whenever the queue moves. */
const NEAR_PLACES = 5;
const KEY_SEPARATOR = ' ';

/**
 * The messages of stories and castings: each is posted once and then edited, as fast as Discord likes it, until it
 * shows the last state. What a message shows is always read from the store, so nothing depends on having seen an event.
 */
export class MessageBoard {
  readonly #options: BoardOptions;
  readonly #refresher: Refresher;
  readonly #book: ProgressBook;
  readonly #desks: Readonly<Record<string, Desk>>;
  readonly #stories: StoryDesk;
  /** Counts the changes of a message that are on their way. */
  readonly #changes = new Map<string, number>();
  readonly #told = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#book = new ProgressBook(options.store.jobs, options.impatientAfterMs);
    this.#stories = new StoryDesk(options, this.#book);
    this.#desks = { [STORY]: this.#stories, [CASTING]: new CastingDesk(options, this.#book) };
    this.#refresher = new Refresher({
      refresh: (key) => this.#refresh(key),
      intervalMs: options.editIntervalMs,
      wait: options.wait,
      onError: (key, error, retryInMs) =>
        options.log.error('a message could not be brought up to date', error, { key, retryInMs }),
    });
  }

  /** Stores what a killed process left to be posted. To be called before any job runs. */
  async recover(): Promise<void> {
    const { store } = this.#options;
    const { storyIds, jobIds } = await store.messages.unannounced();
    for (const id of storyIds) await this.#intendStory(await store.stories.get(id));
    for (const id of jobIds) await this.#intendCasting(await store.jobs.get(id));
    for (const job of await store.jobs.list({ status: ['queued', 'running'] })) await this.#markStale(keyOf(job));
  }

  /** Once the bot is connected: follows the feed, and brings everything up to date that isn't. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#options.studio.feed.subscribe((event) => this.#follow(event));
    for (const { purpose, subject } of await this.#options.store.messages.unsettled())
      this.#touch(join(purpose, subject));
  }

  /** Posts a story's message. @returns where it is to be, as people may follow it */
  async announceStory(story: Story): Promise<string | undefined> {
    return this.#announce(await this.#intendStory(story), story.channelId);
  }

  async announceCasting(job: Job): Promise<string | undefined> {
    return this.#announce(await this.#intendCasting(job), job.channelId);
  }

  /** Posts a story's message anew, in this channel, if it isn't anywhere. */
  async repostStory(story: Story, channelId: string): Promise<string | undefined> {
    const posted = await this.#intendStory(story);
    if (posted.status === 'gone') await this.#options.store.messages.reopen(posted.id, channelId);
    return this.#announce((await this.#options.store.messages.find(STORY, story.id)) ?? posted, channelId);
  }

  /** Does what changes a story, and has its message follow, also if the process is killed in between. */
  async changeStory<T>(storyId: string, change: () => Promise<T>): Promise<T> {
    return this.#change(join(STORY, storyId), change);
  }

  /** The same for the message of this marker. */
  async changeMarked<T>(marker: string, change: () => Promise<T>): Promise<T> {
    const posted = marker === '' ? undefined : await this.#options.store.messages.findByMarker(marker);
    return posted ? this.#change(join(posted.purpose, posted.subject), change) : change();
  }

  /** Where a story's message is; undefined if it is nowhere. */
  async whereIs(storyId: string): Promise<string | undefined> {
    const posted = await this.#options.store.messages.find(STORY, storyId);
    return posted && posted.status !== 'gone' ? whereabouts(posted) : undefined;
  }

  /** The address of a story's message, if there is one. */
  async linkTo(storyId: string): Promise<string | undefined> {
    const posted = await this.#options.store.messages.find(STORY, storyId);
    return posted?.messageId && posted.status !== 'gone' ? whereabouts(posted) : undefined;
  }

  /** A story as its message shows it, for somebody who asks in a channel; without a marker, as nothing is posted. */
  async storyFor(story: Story, facts: ChannelFacts): Promise<MessageView> {
    return storyView(await this.#stories.state(story, facts), '', facts.t, this.#options.clock.now());
  }

  /** The ids of all waiting jobs, the next one first. */
  waiting(): Promise<string[]> {
    return this.#book.waiting();
  }

  /** Says something in the story's message until it changes for another reason: to people who can't be answered. */
  notice(storyId: string, notice: string): void {
    this.#stories.notices.set(storyId, notice);
    this.#touch(join(STORY, storyId));
  }

  /** Resolves once every message shows what is known. */
  async idle(): Promise<void> {
    await this.#refresher.idle();
  }

  /** Tells the channels in which something was being drawn that it goes on later. */
  async stop(): Promise<void> {
    if (!this.#unsubscribe) return;
    this.#unsubscribe();
    this.#book.isClosing = true;
    for (const job of await this.#options.store.jobs.list({ status: ['queued', 'running'] })) this.#touch(keyOf(job));
    await this.#refresher.stop();
  }

  #follow(event: JobFeedEvent): void {
    const { job, type } = event;
    const key = keyOf(job);
    if (type === 'progress') this.#book.note(job.id, event.progress);
    else if (type !== 'queued' && type !== 'started' && type !== 'requeued') this.#book.forget(job.id);
    if (type === 'finished' || type === 'queued') this.#stories.notices.delete(job.storyId ?? '');
    this.#touch(key, type !== 'progress');
    if (type === 'started') void this.#touchWaiting();
  }

  async #touchWaiting(): Promise<void> {
    try {
      for (const id of (await this.#book.waiting()).slice(0, NEAR_PLACES)) {
        this.#touch(keyOf(await this.#options.store.jobs.get(id)));
      }
    } catch (error) {
      this.#options.log.error('the queue could not be read', error);
    }
  }

  async #refresh(key: string): Promise<void> {
    const { store, clock, poster } = this.#options;
    const [purpose, subject] = split(key);
    const posted = await store.messages.find(purpose, subject);
    if (!posted || posted.status === 'gone') return;
    const changes = this.#changes.get(key) ?? 0;
    const view = await this.#desks[purpose]?.view(posted, clock.now()).catch(ignoreErased);
    if (!view) {
      await store.messages.markShown(posted.id);
      return;
    }
    const shown = await poster.show(posted, view);
    if (shown === 'gone') await this.#forget(posted);
    else if (shown === 'forbidden') await this.#refused(posted, view.isFinal);
    else {
      await this.#desks[purpose]?.posted(posted, shown.message.id);
      await placeReactions(shown.message, view.reactions);
      const isLast = view.isFinal && changes === (this.#changes.get(key) ?? 0);
      if (isLast) await store.messages.markShown(posted.id);
      if (isLast) this.#changes.delete(key);
    }
  }

  /** The message or its channel was deleted: what was drawn stays, and can be shown elsewhere. */
  async #forget({ id, messageId }: PostedMessage): Promise<void> {
    if (messageId === null) await this.#options.store.messages.giveUp(id);
    else await this.#options.store.messages.markGone(messageId);
  }

  /** The bot may not post (any more): whom it was for is told once, in direct messages. */
  async #refused(posted: PostedMessage, isFinal: boolean): Promise<void> {
    if (!isFinal || this.#told.has(posted.id)) return;
    this.#told.add(posted.id);
    this.#options.log.warn('a message may not be posted', { channel: posted.channelId, purpose: posted.purpose });
    const text = await this.#desks[posted.purpose]?.refusal(posted);
    if (posted.messageId === null) await this.#options.store.messages.giveUp(posted.id);
    if (!text) return;
    await this.#options.client.users.send(posted.memberId, text).catch((error: unknown) => {
      // Who takes no messages from the bot finds the story by /story show.
      if (failureOf(error) === 'other') throw error;
    });
  }

  async #change<T>(key: string, change: () => Promise<T>): Promise<T> {
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
    await this.#markStale(key);
    try {
      return await change();
    } finally {
      this.#touch(key, true);
    }
  }

  async #markStale(key: string): Promise<void> {
    const posted = await this.#options.store.messages.find(...split(key));
    if (posted) await this.#options.store.messages.markStale(posted.id);
  }

  #announce(posted: PostedMessage, channelId: string): string | undefined {
    this.#touch(join(posted.purpose, posted.subject), true);
    return whereabouts({ ...posted, channelId: posted.messageId === null ? channelId : posted.channelId });
  }

  #intendStory({ id, scope, channelId, authorId }: Story): Promise<PostedMessage> {
    const about = { purpose: STORY, subject: id, storyId: id, jobId: null };
    return this.#options.store.messages.intend({ ...about, scope, channelId, memberId: authorId });
  }

  #intendCasting({ id, scope, channelId, memberId }: Job): Promise<PostedMessage> {
    const about = { purpose: CASTING, subject: id, storyId: null, jobId: id };
    return this.#options.store.messages.intend({ ...about, scope, channelId, memberId });
  }

  #touch(key: string, urgent = false): void {
    this.#refresher.touch(key, { urgent });
  }
}

/** What a message is about may have been erased, or forgotten as too old: then it stays as it is. */
function ignoreErased(error: unknown): undefined {
  if (!(error instanceof UserError) || !error.code.endsWith('-not-found')) throw error;
}

function keyOf({ id, storyId }: Job): string {
  return storyId === null ? join(CASTING, id) : join(STORY, storyId);
}

function join(purpose: string, subject: string): string {
  return purpose + KEY_SEPARATOR + subject;
}

function split(key: string): [purpose: string, subject: string] {
  const at = key.indexOf(KEY_SEPARATOR);
  return [key.slice(0, at), key.slice(at + 1)];
}

/** A link or a channel; undefined for direct messages in which nothing is yet. */
function whereabouts({ scope, channelId, messageId }: PostedMessage): string | undefined {
  const guildId = scope.kind === 'guild' ? scope.guildId : '@me';
  if (messageId !== null) return messageLink(channelId, messageId, guildId);
  return scope.kind === 'guild' ? channelMention(channelId) : undefined;
}
