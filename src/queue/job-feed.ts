import type { Job } from '../store/job.ts';

/** What happens to jobs, as it happens. Missing an event loses nothing: the store knows the state. */
export interface JobFeed {
  subscribe(listener: (event: JobFeedEvent) => void): () => void;
}

export type JobFeedEvent =
  | { readonly type: 'queued' | 'started' | 'requeued'; readonly job: Job }
  | { readonly type: 'progress'; readonly job: Job; readonly progress: JobProgress }
  | { readonly type: 'finished' | 'failed' | 'dead' | 'cancelled'; readonly job: Job };

export interface JobProgress {
  readonly phase: 'waiting' | 'load' | 'encode' | 'sample' | 'match' | 'inject' | 'decode' | 'page';
  /** of the whole job, 0 to 1 */
  readonly share: number;
  /** from measured steps; undefined until there are some */
  readonly remainingMs: number | undefined;
  /** the panels as they are foreseen, side by side */
  readonly strip?: { readonly webp: Buffer; readonly width: number; readonly height: number };
}

/** The feed of the jobs of this process. */
export class JobFeedHub implements JobFeed {
  readonly #listeners = new Set<(event: JobFeedEvent) => void>();
  readonly #onError: (error: unknown, job: Job) => void;

  /** @param onError what a listener throws: it is no matter of the job's */
  constructor(onError: (error: unknown, job: Job) => void) {
    this.#onError = onError;
  }

  subscribe(listener: (event: JobFeedEvent) => void): () => void {
    // Wrapped, so that a function that subscribes twice is two listeners.
    const own = (event: JobFeedEvent) => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  publish(event: JobFeedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error, event.job);
      }
    }
  }

  /** Tells the state that a job has come to, if that is one to tell. */
  publishState(job: Job): void {
    if (job.status === 'queued') this.publish({ type: 'requeued', job });
    else if (job.status !== 'running') this.publish({ type: job.status, job });
  }
}
