import { onTestFinished } from 'vitest';
import type { JobFeed, JobFeedEvent } from '../../src/queue/job-feed.ts';
import type { JobHandler } from '../../src/queue/job-handler.ts';
import { JobQueue } from '../../src/queue/job-queue.ts';
import type { JobQueueOptions } from '../../src/queue/job-queue-options.ts';

/** Waiting jobs of tests are limited by nothing. */
export const ANY_NUMBER = { perMember: 100_000, perScope: 100_000 };

export interface TestQueue {
  readonly queue: JobQueue;
  readonly events: JobFeedEvent[];
  readonly errors: unknown[];
}

/** A queue in a hurry, stopped after the test. */
export function testQueue(options: Pick<JobQueueOptions, 'store' | 'clock'> & Partial<JobQueueOptions>): TestQueue {
  const errors: unknown[] = [];
  const queue = new JobQueue({
    heartbeatMs: 5,
    pollMs: 5,
    retry: { maxAttempts: 3, firstDelayMs: 0, longestDelayMs: 0 },
    onError: (error) => errors.push(error),
    ...options,
  });
  const events: JobFeedEvent[] = [];
  queue.feed.subscribe((event) => events.push(event));
  onTestFinished(async () => {
    await queue.stop();
  });
  return { queue, events, errors };
}

export const handlersOf = (handlers: Readonly<Record<string, JobHandler>>) => new Map(Object.entries(handlers));

/** Resolves with the first event from now on for which `isIt` holds. */
export function nextEvent(feed: JobFeed, isIt: (event: JobFeedEvent) => boolean): Promise<JobFeedEvent> {
  return new Promise((resolve) => {
    const unsubscribe = feed.subscribe((event) => {
      if (!isIt(event)) return;
      unsubscribe();
      resolve(event);
    });
  });
}

/** Resolves when the job has ended, in whatever way. Subscribe before it can. */
export function endOf(feed: JobFeed, jobId: string): Promise<JobFeedEvent> {
  const ends = ['finished', 'failed', 'dead', 'cancelled'];
  return nextEvent(feed, ({ type, job }) => job.id === jobId && ends.includes(type));
}

/** A promise with its ends in hand. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Work that goes on until it is stopped. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
