import type { Job } from '../store/job.ts';
import type { JsonObject } from '../store/json.ts';
import type { Repositories } from '../store/store.ts';
import type { JobProgress } from './job-feed.ts';

/** How a kind of job is done. */
export interface JobHandler {
  /**
   * Does the job's work and gives its result. It may have been begun before, up to any point, by a process that was
   * killed: what `commit` has stored is there, nothing else is.
   * @throws UserError for what a person can mend: the job has failed. Anything else may be tried again.
   */
  run(job: Job, work: JobWork): Promise<JsonObject>;
  /** Puts right what the job was to change, in the transaction in which it ends without having been finished. */
  ended?(job: Job, repositories: Repositories): Promise<void>;
}

/** What a handler works with. */
export interface JobWork {
  /** Aborted when the job is cancelled, given to another worker, has taken too long, or the process stops. */
  readonly signal: AbortSignal;
  report(progress: JobProgress): void;
  /**
   * Stores results in one transaction, and only while the job is still this worker's: nothing is stored twice.
   * @throws JobStopped
   */
  commit<T>(write: (repositories: Repositories) => Promise<T>): Promise<T>;
}

/** Why a job's work was stopped before its end. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped';
  readonly why: 'cancelled' | 'lease-lost' | 'shutdown';

  constructor(why: JobStopped['why']) {
    super(`the job's work was stopped: ${why}`);
    this.why = why;
  }
}
