import { setTimeout } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { ClaimLimits } from '../store/claim-job.ts';
import type { Job } from '../store/job.ts';
import { type JobFeed, JobFeedHub } from './job-feed.ts';
import type { JobHandler } from './job-handler.ts';
import {
  DEFAULT_CLAIM_LIMITS,
  DEFAULT_HEARTBEAT_MS,
  DEFAULT_LEASE_MS,
  DEFAULT_LONGEST_RUN_MS,
  DEFAULT_POLL_MS,
  type JobQueueOptions,
} from './job-queue-options.ts';
import { isUnfinishedEnd, JobRun, type RunContext } from './job-run.ts';
import { DEFAULT_RETRY_POLICY } from './retry-policy.ts';
import { isSurelyDead, newWorkerId } from './worker-id.ts';

/**
 * Runs the jobs of the store within this process. The store decides whose turn it is, so several processes may run
 * beside each other. After any crash the jobs go on: those of dead processes at once, others when their leases run out.
 */
export class JobQueue {
  readonly feed: JobFeed;
  readonly #hub: JobFeedHub;
  readonly #options: JobQueueOptions;
  readonly #limits: ClaimLimits;
  readonly #workerId: string;
  readonly #context: RunContext;
  readonly #slots: PQueue;
  readonly #runs = new Map<string, JobRun>();
  readonly #handlers = new Map<string, JobHandler>();
  #state: 'new' | 'running' | 'stopped' = 'new';
  /** Counts calls of `wake`, so that none is lost while a claim is under way. */
  #wakes = 0;
  #recoveredAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JobQueueOptions) {
    const { store, clock, onError, leaseMs = DEFAULT_LEASE_MS, retry = DEFAULT_RETRY_POLICY } = options;
    this.#options = options;
    this.#limits = options.claimLimits ?? DEFAULT_CLAIM_LIMITS;
    this.#workerId = options.workerId ?? newWorkerId();
    this.#hub = new JobFeedHub(onError);
    this.feed = this.#hub;
    this.#slots = new PQueue({ concurrency: options.concurrency ?? 1 });
    this.#context = {
      store,
      clock,
      feed: this.#hub,
      leaseMs,
      heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
      longestRunMs: options.longestRunMs ?? DEFAULT_LONGEST_RUN_MS,
      retry,
      onError,
    };
  }

  /** How kinds of jobs are done, and what their end puts right: a waiting job may be cancelled before any is begun. */
  register(handlers: ReadonlyMap<string, JobHandler>): void {
    for (const [kind, handler] of handlers) this.#handlers.set(kind, handler);
  }

  /** Takes up the work, beginning with what a killed process left. */
  async start(handlers: ReadonlyMap<string, JobHandler> = new Map()): Promise<void> {
    if (this.#state !== 'new') throw new Error('a queue starts once');
    this.register(handlers);
    this.#state = 'running';
    const running = await this.#options.store.jobs.list({ status: ['running'] });
    const workers = new Set(running.flatMap(({ leasedBy }) => (leasedBy === null ? [] : [leasedBy])));
    await this.#recover([...workers].filter(isSurelyDead));
    this.#timer = setInterval(() => this.#poll(), this.#options.pollMs ?? DEFAULT_POLL_MS);
    this.wake();
  }

  /** Tells of a job that was enqueued. */
  announce(job: Job): void {
    this.#hub.publish({ type: 'queued', job });
    this.wake();
  }

  /** Looks for work in all free slots. */
  wake(): void {
    this.#wakes++;
    if (this.#state !== 'running') return;
    const free = this.#slots.concurrency - this.#slots.pending - this.#slots.size;
    for (let slot = 0; slot < free; slot++) void this.#slots.add(() => this.#turn());
  }

  /** 1: next. Running and ended jobs have none. */
  async place(jobId: string): Promise<number | undefined> {
    const place = (await this.#options.store.jobs.waiting(this.#limits.impatientAfterMs)).indexOf(jobId);
    return place < 0 ? undefined : place + 1;
  }

  /** @throws UserError `job-not-found` */
  async cancel(jobId: string): Promise<'cancelled' | 'stopping' | 'ended'> {
    const { outcome, job } = await this.#options.store.atomically(async (repositories) => {
      const outcome = await repositories.jobs.cancel(jobId);
      const job = await repositories.jobs.get(jobId);
      if (outcome === 'cancelled') await this.#handlers.get(job.kind)?.ended?.(job, repositories);
      return { outcome, job };
    });
    if (outcome === 'cancelled') this.#hub.publishState(job);
    if (outcome === 'stopping') this.#runs.get(jobId)?.stop('cancelled');
    return outcome;
  }

  /** No job is begun until `resume`, by any process. */
  async pause(reason: string): Promise<void> {
    await this.#options.store.jobs.pause(reason);
  }

  async resume(): Promise<void> {
    await this.#options.store.jobs.resume();
    this.wake();
  }

  /**
   * Begins nothing new, gives running jobs `finishMs` to end by themselves and then releases them: they go on at the
   * next start. Work that doesn't heed its signal within `releaseMs` is left to its lease.
   * @returns false if something was left so
   */
  async stop({ finishMs = 0, releaseMs = 5_000 } = {}): Promise<boolean> {
    this.#state = 'stopped';
    clearInterval(this.#timer);
    if (await this.#idleWithin(finishMs)) return true;
    for (const run of this.#runs.values()) run.stop('shutdown');
    return this.#idleWithin(releaseMs);
  }

  async #idleWithin(ms: number): Promise<boolean> {
    const idle = new AbortController();
    const isIdle = this.#slots.onIdle().then(() => true);
    const isOver = setTimeout(ms, false, { signal: idle.signal }).catch(() => false);
    return Promise.race([isIdle, isOver]).finally(() => idle.abort());
  }

  /** One job, if there is one. */
  async #turn(): Promise<void> {
    try {
      const claimed = await this.#claim();
      if (!claimed) return;
      const run = new JobRun(claimed, this.#handlers.get(claimed.job.kind) as JobHandler, this.#context);
      this.#runs.set(run.job.id, run);
      try {
        // Stopped while the claim was under way: it is released at once.
        if (this.#state === 'stopped') run.stop('shutdown');
        await run.work();
      } finally {
        this.#runs.delete(run.job.id);
        // Once this slot is free.
        setImmediate(() => this.wake());
      }
    } catch (error) {
      this.#options.onError(error, undefined);
    }
  }

  async #claim() {
    const { leases } = this.#options.store;
    while (this.#state === 'running') {
      const asked = this.#wakes;
      const kinds = [...this.#handlers.keys()];
      const claimed = await leases.claimNext(this.#workerId, this.#context.leaseMs, this.#limits, kinds);
      if (claimed || asked === this.#wakes) return claimed;
    }
    return undefined;
  }

  #poll(): void {
    this.wake();
    const now = this.#options.clock.now();
    if (now - this.#recoveredAt < this.#context.leaseMs) return;
    this.#recover([]).catch((error) => this.#options.onError(error, undefined));
  }

  async #recover(deadWorkers: readonly string[]): Promise<void> {
    this.#recoveredAt = this.#options.clock.now();
    const recovered = await this.#options.store.atomically(async (repositories) => {
      const jobs = await repositories.leases.recover(this.#context.retry.maxAttempts, deadWorkers);
      for (const job of jobs) {
        if (isUnfinishedEnd(job)) await this.#handlers.get(job.kind)?.ended?.(job, repositories);
      }
      return jobs;
    });
    for (const job of recovered) this.#hub.publishState(job);
    if (recovered.length > 0) this.wake();
  }
}
