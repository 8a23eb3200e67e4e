import { type ClaimedJob, type ClaimLimits, claimNext } from './claim-job.ts';
import { nowOf, type StoreContext } from './context.ts';
import { type Job, type JobEventType, type JobLease, noteEvent, toJob } from './job.ts';
import type { Json, JsonObject } from './json.ts';
import type { Connection } from './prisma-client.ts';

/** Why a job ended or has to wait. */
export interface JobError {
  readonly code: string;
  readonly context?: JsonObject;
}

export type AfterFailure = { readonly retryAt: Date } | 'failed' | 'dead';

/** What holds while a worker works. Every change is one transaction with its event, and void without the lease. */
export class JobLeases {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Gives a worker its next job: see claim-job.ts for the rule. */
  async claimNext(
    workerId: string,
    leaseMs: number,
    limits: ClaimLimits,
    kinds?: readonly string[],
  ): Promise<ClaimedJob | undefined> {
    return claimNext(this.#context, workerId, leaseMs, limits, kinds);
  }

  /** Says that the work goes on, and how far it is. `cancel` asks the worker to stop, `lost` that it must. */
  async heartbeat(lease: JobLease, leaseMs: number, progress?: Json): Promise<'held' | 'cancel' | 'lost'> {
    const client = this.#context.database.client;
    const { count } = await client.job.updateMany({
      where: held(lease),
      data: { leaseUntil: new Date(this.#context.clock.now() + leaseMs), progress: progress ?? undefined },
    });
    if (count === 0) return 'lost';
    const job = await client.job.findUnique({ where: { id: lease.jobId }, select: { cancelRequestedAt: true } });
    if (!job) return 'lost';
    return job.cancelRequestedAt ? 'cancel' : 'held';
  }

  /** @returns false if the lease was lost: nothing was changed */
  async complete(lease: JobLease, result: JsonObject): Promise<boolean> {
    return this.#leave(lease, 'finished', { result, ...this.#ended('finished') });
  }

  /** The worker has stopped because it was asked to. @returns false if the lease was lost */
  async cancelled(lease: JobLease): Promise<boolean> {
    return this.#leave(lease, 'cancelled', this.#ended('cancelled'));
  }

  /**
   * Notes what went wrong and what follows: another attempt, or the end.
   * A job that was to be cancelled isn't tried again.
   * @returns false if the lease was lost
   */
  async fail(lease: JobLease, error: JobError, after: AfterFailure): Promise<boolean> {
    const columns = { errorCode: error.code, errorContext: error.context };
    if (typeof after === 'string') return this.#leave(lease, after, { ...columns, ...this.#ended(after) }, error);
    return this.#backToQueue(lease, 'retried', error, { ...columns, nextAttemptAt: after.retryAt });
  }

  /** Gives a job back unharmed, when the worker shuts down for instance: the attempt doesn't count. */
  async release(lease: JobLease): Promise<boolean> {
    return this.#backToQueue(lease, 'released', undefined, { attempts: { decrement: 1 } });
  }

  /**
   * Takes the jobs of lost workers back into the queue: those whose lease has run out, and all of `deadWorkers` (a
   * single process that starts again knows that its former self is dead). A job that has had `maxAttempts` claims is
   * dead instead: it may be what kills the workers.
   * @returns the jobs as they are now
   */
  async recover(maxAttempts: number, deadWorkers: readonly string[] = []): Promise<Job[]> {
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      const rows = await transaction.job.findMany({
        where: { status: 'running', OR: [{ leaseUntil: { lt: now } }, { leasedBy: { in: [...deadWorkers] } }] },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      const recovered: Job[] = [];
      for (const { id, leasedBy, attempts, cancelRequestedAt } of rows) {
        const status = cancelRequestedAt ? 'cancelled' : attempts >= maxAttempts ? 'dead' : 'queued';
        const { count } = await transaction.job.updateMany({
          // Its worker may have come back to life and changed it since.
          where: {
            id,
            status: 'running',
            leasedBy,
            attempts,
            OR: [{ leaseUntil: { lt: now } }, { leasedBy: { in: [...deadWorkers] } }],
          },
          data: {
            status,
            leasedBy: null,
            leaseUntil: null,
            ...(status === 'queued' ? { nextAttemptAt: now } : { finishedAt: now }),
            ...(status === 'dead' ? { errorCode: 'worker-lost', errorContext: { attempts } } : {}),
          },
        });
        if (count === 0) continue;
        await noteEvent(transaction, id, now, 'worker-lost', { workerId: leasedBy, attempts });
        if (status !== 'queued') await noteEvent(transaction, id, now, status);
        recovered.push(toJob(await transaction.job.findUniqueOrThrow({ where: { id } })));
      }
      return recovered;
    });
  }

  #ended(status: 'finished' | 'failed' | 'dead' | 'cancelled') {
    return { status, finishedAt: nowOf(this.#context) };
  }

  async #backToQueue(
    lease: JobLease,
    event: 'retried' | 'released',
    error: JobError | undefined,
    columns: Record<string, unknown>,
  ): Promise<boolean> {
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      // Held by an update first: a request to cancel can't slip in between.
      if (!(await update(transaction, lease, { leasedBy: lease.workerId }))) return false;
      const { cancelRequestedAt } = await transaction.job.findUniqueOrThrow({ where: { id: lease.jobId } });
      const data = cancelRequestedAt ? this.#ended('cancelled') : { ...columns, status: 'queued' };
      await update(transaction, lease, { ...data, ...NO_LEASE });
      await noteEvent(transaction, lease.jobId, now, cancelRequestedAt ? 'cancelled' : event, eventData(error));
      return true;
    });
  }

  async #leave(lease: JobLease, event: JobEventType, columns: Record<string, unknown>, error?: JobError) {
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      if (!(await update(transaction, lease, { ...columns, ...NO_LEASE }))) return false;
      await noteEvent(transaction, lease.jobId, now, event, eventData(error));
      return true;
    });
  }
}

const NO_LEASE = { leasedBy: null, leaseUntil: null };

function held({ jobId, workerId, attempt }: JobLease) {
  return { id: jobId, status: 'running', leasedBy: workerId, attempts: attempt };
}

async function update(transaction: Connection, lease: JobLease, data: Record<string, unknown>): Promise<boolean> {
  const { count } = await transaction.job.updateMany({ where: held(lease), data });
  return count > 0;
}

function eventData(error: JobError | undefined): JsonObject | undefined {
  return error && { code: error.code, ...(error.context && { context: error.context }) };
}
