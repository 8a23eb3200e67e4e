import type { ClaimedJob } from '../store/claim-job.ts';
import type { Clock } from '../store/context.ts';
import type { Job } from '../store/job.ts';
import type { JobLeases } from '../store/job-leases.ts';
import type { JsonObject } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { JobFeedHub, JobProgress } from './job-feed.ts';
import { type JobHandler, JobStopped, type JobWork } from './job-handler.ts';
import { afterFailure, type RetryPolicy, toJobError } from './retry-policy.ts';

export interface RunContext {
  readonly store: Pick<Store, 'atomically' | 'leases'>;
  readonly clock: Clock;
  readonly feed: JobFeedHub;
  /** For how long a claim or a heartbeat keeps a job. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Work that takes longer is stopped and counts as failed. */
  readonly longestRunMs: number;
  readonly retry: RetryPolicy;
  /** What went wrong and isn't a person's to mend. */
  readonly onError: (error: unknown, job: Job) => void;
}

/** One claimed job at work: kept alive by heartbeats, stopped when it has to, and brought to its next state. */
export class JobRun {
  readonly job: Job;
  readonly #claimed: ClaimedJob;
  readonly #handler: JobHandler;
  readonly #context: RunContext;
  readonly #stop = new AbortController();
  #progress: JobProgress | undefined;
  #isOver = false;

  constructor(claimed: ClaimedJob, handler: JobHandler, context: RunContext) {
    this.#claimed = claimed;
    this.#handler = handler;
    this.#context = context;
    this.job = claimed.job;
  }

  /** Stops the work, within a sampling step. */
  stop(why: JobStopped['why']): void {
    this.#stop.abort(new JobStopped(why));
  }

  /** Resolves when the job is in its next state, or another's. */
  async work(): Promise<void> {
    const { feed, longestRunMs } = this.#context;
    feed.publish({ type: 'started', job: this.job });
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(longestRunMs)]);
    const endHeartbeats = this.#beginHeartbeats();
    let transition: (leases: JobLeases) => Promise<boolean>;
    try {
      const result = await this.#handler.run(this.job, this.#workOf(signal));
      transition = (leases) => leases.complete(this.#claimed.lease, result as JsonObject);
    } catch (error) {
      // Whatever the work threw after it was stopped, it was stopped for this reason.
      const cause = signal.aborted ? signal.reason : error;
      if (cause instanceof JobStopped && cause.why === 'lease-lost') return;
      transition = this.#transitionAfter(cause);
    } finally {
      this.#isOver = true;
      endHeartbeats();
    }
    const job = await this.#settle(transition);
    if (job) feed.publishState(job);
  }

  #workOf(signal: AbortSignal): JobWork {
    const { store, leaseMs, feed } = this.#context;
    const { lease } = this.#claimed;
    return {
      signal,
      report: (progress) => {
        // A preview that is ready too late is of no use.
        if (this.#isOver || signal.aborted) return;
        this.#progress = progress;
        feed.publish({ type: 'progress', job: this.job, progress });
      },
      commit: async (write) => {
        signal.throwIfAborted();
        return store.atomically(async (repositories) => {
          const state = await repositories.leases.heartbeat(lease, leaseMs);
          if (state !== 'held') throw this.#stopped(state === 'cancel' ? 'cancelled' : 'lease-lost');
          return write(repositories);
        });
      },
    };
  }

  #stopped(why: JobStopped['why']): JobStopped {
    this.stop(why);
    return this.#stop.signal.reason as JobStopped;
  }

  #transitionAfter(cause: unknown): (leases: JobLeases) => Promise<boolean> {
    const { clock, retry, onError } = this.#context;
    const { lease, job } = this.#claimed;
    if (cause instanceof JobStopped) {
      return (leases) => (cause.why === 'cancelled' ? leases.cancelled(lease) : leases.release(lease));
    }
    const after = afterFailure(cause, job.attempts, retry, clock.now(), Math.random());
    if (after !== 'failed') onError(cause, job);
    return (leases) => leases.fail(lease, toJobError(cause), after);
  }

  /** @returns undefined if the lease was lost and nothing was changed */
  async #settle(transition: (leases: JobLeases) => Promise<boolean>): Promise<Job | undefined> {
    return this.#context.store.atomically(async (repositories) => {
      if (!(await transition(repositories.leases))) return undefined;
      const job = await repositories.jobs.get(this.job.id);
      if (isUnfinishedEnd(job)) await this.#handler.ended?.(job, repositories);
      return job;
    });
  }

  /** @returns a function that ends them */
  #beginHeartbeats(): () => void {
    const { store, clock, heartbeatMs, leaseMs, onError } = this.#context;
    let heldAt = clock.now();
    let isAsking = false;
    const beat = async () => {
      if (isAsking) return;
      isAsking = true;
      try {
        const askedAt = clock.now();
        const state = await store.leases.heartbeat(this.#claimed.lease, leaseMs, storedProgress(this.#progress));
        if (state === 'cancel') this.stop('cancelled');
        else if (state === 'lost') this.stop('lease-lost');
        else heldAt = askedAt;
      } catch (error) {
        onError(error, this.job);
        // Unheard for so long, the job may be another's by now.
        if (clock.now() - heldAt >= leaseMs) this.stop('lease-lost');
      } finally {
        isAsking = false;
      }
    };
    const timer = setInterval(beat, heartbeatMs);
    return () => clearInterval(timer);
  }
}

/** Whether a job has ended without having been finished. */
export function isUnfinishedEnd({ status }: Job): boolean {
  return status === 'failed' || status === 'dead' || status === 'cancelled';
}

/** Previews are not kept. */
function storedProgress(progress: JobProgress | undefined) {
  return progress && { phase: progress.phase, share: progress.share, remainingMs: progress.remainingMs ?? null };
}
