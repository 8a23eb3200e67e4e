import { UserError } from '../errors/user-error.ts';
import type { Job } from '../store/job.ts';
import type { PostedMessage } from '../store/posted-messages.ts';
import type { Story } from '../store/stories.ts';
import type { JobFeedEvent } from '../studio/studio.ts';
import type { BoardOptions } from './board-options.ts';
import { CastingDesk } from './casting-desk.ts';
import type { ChannelFacts } from './channel-facts.ts';
import type { Desk } from './desk.ts';
import { failureOf } from './discord-failure.ts';
import { MessageIntents } from './message-intents.ts';
import { CASTING, joinKey, keyOf, STORY, splitKey, whereabouts } from './message-key.ts';
import type { MessageView } from './message-view.ts';
import { placeReactions } from './place-reactions.ts';
import { PostingTrouble } from './posting-trouble.ts';
import { ProgressBook } from './progress-book.ts';
import { Refresher } from './refresher.ts';
import { StoryDesk } from './story-desk.ts';
import { storyView } from './story-view.ts';

/** Waiting messages that are so near their turn are edited whenever the queue moves. */
const NEAR_PLACES = 5;

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
  readonly #intents: MessageIntents;
  /** Counts the changes of a message that are on their way. */
  readonly #changes = new Map<string, number>();
  readonly #trouble: PostingTrouble;
  #unsubscribe: (() => void) | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#book = new ProgressBook(options.store.jobs, options.impatientAfterMs);
    this.#trouble = new PostingTrouble(options);
    this.#intents = new MessageIntents(options.store.messages);
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
    await this.#intents.recover(this.#options.store);
  }

  /** Once the bot is connected: follows the feed, and brings everything up to date that isn't. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#options.studio.feed.subscribe((event) => this.#follow(event));
    for (const { purpose, subject } of await this.#options.store.messages.unsettled())
      this.#touch(joinKey(purpose, subject));
  }

  /** Posts a story's message. @returns where it is to be, as people may follow it */
  async announceStory(story: Story): Promise<string | undefined> {
    return this.#announce(await this.#intents.story(story), story.channelId);
  }

  async announceCasting(job: Job): Promise<string | undefined> {
    return this.#announce(await this.#intents.casting(job), job.channelId);
  }

  /** Posts a story's message anew, in this channel, if it isn't anywhere. */
  async repostStory(story: Story, channelId: string): Promise<string | undefined> {
    const posted = await this.#intents.story(story);
    if (posted.status === 'gone') await this.#options.store.messages.reopen(posted.id, channelId);
    return this.#announce((await this.#options.store.messages.find(STORY, story.id)) ?? posted, channelId);
  }

  /** Does what changes a story, and has its message follow, also if the process is killed in between. */
  async changeStory<T>(storyId: string, change: () => Promise<T>): Promise<T> {
    return this.#change(joinKey(STORY, storyId), change);
  }

  /** The same for the message of this marker. */
  async changeMarked<T>(marker: string, change: () => Promise<T>): Promise<T> {
    const posted = marker === '' ? undefined : await this.#options.store.messages.findByMarker(marker);
    return posted ? this.#change(joinKey(posted.purpose, posted.subject), change) : change();
  }

  /** Lets go of work whose rows are gone: no end of it will be told. */
  forget(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const [purpose, subject] = splitKey(keyOf(job));
      this.#book.forget(job.id);
      this.#desks[purpose]?.forget(subject);
      this.#changes.delete(joinKey(purpose, subject));
    }
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
    this.#touch(joinKey(STORY, storyId));
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
    const [purpose, subject] = splitKey(key);
    const posted = await store.messages.find(purpose, subject);
    if (!posted || posted.status === 'gone') return;
    const changes = this.#changes.get(key) ?? 0;
    const view = await this.#desks[purpose]?.view(posted, clock.now()).catch(async (error: unknown) => {
      // To look at a channel that was deleted in between fails before anything is posted in it.
      if (failureOf(error) !== 'channel-gone') return ignoreErased(error);
      await this.#trouble.gone(posted);
      return undefined;
    });
    if (!view) {
      await store.messages.markShown(posted.id);
      return;
    }
    const shown = await poster.show(posted, view);
    if (shown === 'gone') await this.#trouble.gone(posted);
    else if (shown === 'forbidden')
      await this.#trouble.forbidden(posted, view, () => this.#desks[purpose]?.refusal(posted));
    else {
      await this.#desks[purpose]?.posted(posted, shown.message.id).catch(ignoreErased);
      await placeReactions(shown.message, view.reactions);
      const isLast = view.isFinal && changes === (this.#changes.get(key) ?? 0);
      if (isLast) await store.messages.markShown(posted.id);
      if (isLast) this.#changes.delete(key);
    }
  }

  async #change<T>(key: string, change: () => Promise<T>): Promise<T> {
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
    await this.#intents.markStale(key);
    try {
      return await change();
    } finally {
      this.#touch(key, true);
    }
  }

  #announce(posted: PostedMessage, channelId: string): string | undefined {
    this.#touch(joinKey(posted.purpose, posted.subject), true);
    return whereabouts({ ...posted, channelId: posted.messageId === null ? channelId : posted.channelId });
  }

  #touch(key: string, urgent = false): void {
    this.#refresher.touch(key, { urgent });
  }
}

/** What a message is about may have been erased, or forgotten as too old: then it stays as it is. */
function ignoreErased(error: unknown): undefined {
  if (!(error instanceof UserError) || !error.code.endsWith('-not-found')) throw error;
}
