import type { Job } from '../store/job.ts';
import type { Jobs } from '../store/jobs.ts';
import type { JobProgress } from '../studio/studio.ts';
import type { OpenJob } from './progress-text.ts';

/** What the jobs have told lately, and their places in the queue. */
export class ProgressBook {
  /** The process is about to end: jobs go on after it. */
  isClosing = false;
  readonly #progress = new Map<string, JobProgress>();
  readonly #jobs: Jobs;
  readonly #impatientAfterMs: number;

  /** @param impatientAfterMs as the queue has it (src/store/claim-job.ts): the order depends on it */
  constructor(jobs: Jobs, impatientAfterMs: number) {
    this.#jobs = jobs;
    this.#impatientAfterMs = impatientAfterMs;
  }

  note(jobId: string, progress: JobProgress): void {
    // A preview stays until the next one comes.
    const strip = progress.strip ?? this.#progress.get(jobId)?.strip;
    this.#progress.set(jobId, strip ? { ...progress, strip } : progress);
  }

  forget(jobId: string): void {
    this.#progress.delete(jobId);
  }

  /** Those of the jobs that aren't over, as messages show them. */
  async open(jobs: readonly Job[]): Promise<Omit<OpenJob, 'panel'>[]> {
    const open = jobs.filter(({ status }) => status === 'queued' || status === 'running');
    const waiting = open.some(({ status }) => status === 'queued') ? await this.waiting() : [];
    return open.map((job) => {
      const place = waiting.indexOf(job.id) + 1;
      return { job, place: place === 0 ? undefined : place, progress: this.#progress.get(job.id) };
    });
  }

  /** The ids of all waiting jobs, the next one first. */
  waiting(): Promise<string[]> {
    return this.#jobs.waiting(this.#impatientAfterMs);
  }
}
