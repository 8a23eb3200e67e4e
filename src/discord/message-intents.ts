import type { Job } from '../store/job.ts';
import type { PostedMessage, PostedMessages } from '../store/posted-messages.ts';
import type { Store } from '../store/store.ts';
import type { Story } from '../store/stories.ts';
import { CASTING, keyOf, STORY, splitKey } from './message-key.ts';

/** The rows that messages are before they are sent, and by which a restart knows what to do. */
export class MessageIntents {
  readonly #messages: PostedMessages;

  constructor(messages: PostedMessages) {
    this.#messages = messages;
  }

  story({ id, scope, channelId, authorId }: Story): Promise<PostedMessage> {
    const about = { purpose: STORY, subject: id, storyId: id, jobId: null };
    return this.#messages.intend({ ...about, scope, channelId, memberId: authorId });
  }

  casting({ id, scope, channelId, memberId }: Job): Promise<PostedMessage> {
    const about = { purpose: CASTING, subject: id, storyId: null, jobId: id };
    return this.#messages.intend({ ...about, scope, channelId, memberId });
  }

  /** Before something changes what the message shows. */
  async markStale(key: string): Promise<void> {
    const posted = await this.#messages.find(...splitKey(key));
    if (posted) await this.#messages.markStale(posted.id);
  }

  /** Before any job runs: what a kill left without a row gets one, and what jobs will change is stale. */
  async recover({ stories, jobs }: Pick<Store, 'stories' | 'jobs'>): Promise<void> {
    const { storyIds, jobIds } = await this.#messages.unannounced();
    for (const id of storyIds) await this.story(await stories.get(id));
    for (const id of jobIds) await this.casting(await jobs.get(id));
    for (const job of await jobs.list({ status: ['queued', 'running'] })) await this.markStale(keyOf(job));
  }
}
