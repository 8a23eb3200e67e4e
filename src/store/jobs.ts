import { UserError } from '../errors/user-error.ts';
import { nowOf, type StoreContext } from './context.ts';
import { fairOrder } from './fair-order.ts';
import { type Job, type JobEvent, type JobRequest, type JobStatus, noteEvent, toJob } from './job.ts';
import type { Json } from './json.ts';
import { notFound } from './not-found.ts';
import { lockParties } from './parties.ts';
import type { Connection } from './prisma-client.ts';
import { QUEUE } from './queue-state.ts';
import { type Scope, scopeId } from './scope.ts';

/** How many jobs may wait. */
export interface WaitingLimits {
  readonly perMember: number;
  readonly perScope: number;
}

export interface JobFilter {
  readonly status?: readonly JobStatus[];
  readonly memberId?: string;
  readonly scope?: Scope;
  readonly storyId?: string;
  readonly limit?: number;
}

/** The queue's jobs as people see them; workers go by JobLeases. */
export class Jobs {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  /**
   * Stores a job; nothing is worked on that isn't a row. With a known idempotency key it gives that key's job back.
   * @throws UserError `queue-full-member`, `queue-full-scope`
   */
  async enqueue(request: JobRequest, limits: WaitingLimits): Promise<{ readonly job: Job; readonly isNew: boolean }> {
    const { scope, ...columns } = request;
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      await lockParties(transaction, scope, request.memberId);
      if (request.idempotencyKey != null) {
        const before = await transaction.job.findUnique({ where: { idempotencyKey: request.idempotencyKey } });
        if (before) return { job: toJob(before), isNew: false };
      }
      await refuseFull(transaction, request, limits);
      const row = await transaction.job.create({
        data: { ...columns, id: this.#context.newId(), scopeId: scopeId(scope), createdAt: now, nextAttemptAt: now },
      });
      await noteEvent(transaction, row.id, now, 'enqueued');
      return { job: toJob(row), isNew: true };
    });
  }

  /** @throws UserError `job-not-found` */
  async get(id: string): Promise<Job> {
    const row = await this.#client.job.findUnique({ where: { id } });
    if (!row) throw notFound('job', id);
    return toJob(row);
  }

  /** The oldest first. */
  async list({ status, memberId, scope, storyId, limit }: JobFilter): Promise<Job[]> {
    const rows = await this.#client.job.findMany({
      where: { status: status && { in: [...status] }, memberId, scopeId: scope && scopeId(scope), storyId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: limit,
    });
    return rows.map(toJob);
  }

  /** The message that shows the job's progress. */
  async setMessage(id: string, messageId: string): Promise<void> {
    await this.#client.job.updateMany({ where: { id }, data: { messageId } });
  }

  /** The whole history of a job, the oldest first. */
  async events(jobId: string): Promise<JobEvent[]> {
    const rows = await this.#client.jobEvent.findMany({ where: { jobId }, orderBy: { id: 'asc' } });
    return rows.map(({ type, data, ...rest }) => ({ ...rest, type: type as JobEvent['type'], data: data as Json }));
  }

  /**
   * The ids of the waiting jobs in the order of their turns (fair-order.ts); a job's place is its index. Jobs that wait
   * for another attempt are among them. Running caps may let some pass others.
   * @param impatientAfterMs as given to claimNext
   */
  async waiting(impatientAfterMs: number): Promise<string[]> {
    const [jobs, members, scopes] = await Promise.all([
      this.#client.job.findMany({
        where: { status: 'queued' },
        select: { id: true, priority: true, memberId: true, scopeId: true, createdAt: true },
      }),
      this.#client.member.findMany({ where: { jobs: { some: { status: 'queued' } } } }),
      this.#client.scope.findMany({ where: { jobs: { some: { status: 'queued' } } } }),
    ]);
    const lastServed = {
      members: new Map(members.map((member) => [member.id, member.lastServed])),
      scopes: new Map(scopes.map((scope) => [scope.id, scope.lastServed])),
    };
    const impatientBefore = new Date(this.#context.clock.now() - impatientAfterMs);
    return fairOrder(jobs, lastServed, impatientBefore).map(({ id }) => id);
  }

  /**
   * Cancels a waiting job at once, and asks the worker of a running one to stop: it hears of it by its next heartbeat.
   * @throws UserError `job-not-found`
   */
  async cancel(id: string): Promise<'cancelled' | 'stopping' | 'ended'> {
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      const waiting = await transaction.job.updateMany({
        where: { id, status: 'queued' },
        data: { status: 'cancelled', finishedAt: now, cancelRequestedAt: now },
      });
      if (waiting.count > 0) {
        await noteEvent(transaction, id, now, 'cancelled');
        return 'cancelled';
      }
      const running = await transaction.job.updateMany({
        where: { id, status: 'running', cancelRequestedAt: null },
        data: { cancelRequestedAt: now },
      });
      if (running.count > 0) await noteEvent(transaction, id, now, 'cancel-requested');
      const row = await transaction.job.findUnique({ where: { id } });
      if (!row) throw notFound('job', id);
      return row.status === 'running' ? 'stopping' : 'ended';
    });
  }

  /** No job is claimed until `resume`; running ones go on. */
  async pause(reason: string): Promise<void> {
    await this.#client.queueState.update({
      where: QUEUE,
      data: { pausedAt: nowOf(this.#context), pausedReason: reason },
    });
  }

  async resume(): Promise<void> {
    await this.#client.queueState.update({ where: QUEUE, data: { pausedAt: null, pausedReason: null } });
  }

  async paused(): Promise<{ readonly since: Date; readonly reason: string } | undefined> {
    const { pausedAt, pausedReason } = await this.#client.queueState.findUniqueOrThrow({ where: QUEUE });
    return pausedAt ? { since: pausedAt, reason: pausedReason ?? '' } : undefined;
  }

  /** Forgets jobs that ended before `before`, with their events. @returns how many */
  async forgetEnded(before: Date): Promise<number> {
    const { count } = await this.#client.job.deleteMany({ where: { finishedAt: { lt: before } } });
    return count;
  }
}

/** Under the locks of the scope and the member, so that two requests at once can't both be the last that fits. */
async function refuseFull(transaction: Connection, request: JobRequest, limits: WaitingLimits): Promise<void> {
  const ofMember = await transaction.job.count({ where: { status: 'queued', memberId: request.memberId } });
  if (ofMember >= limits.perMember) throw queueFull('member', limits.perMember);
  const ofScope = await transaction.job.count({ where: { status: 'queued', scopeId: scopeId(request.scope) } });
  if (ofScope >= limits.perScope) throw queueFull('scope', limits.perScope);
}

function queueFull(whose: 'member' | 'scope', limit: number): UserError {
  return new UserError(`queue-full-${whose}`, {
    expected: `at most ${limit} waiting ${limit === 1 ? 'story' : 'stories'} ${whose === 'member' ? 'of yours' : 'here'}`,
    got: 'one more',
    todo: 'Wait until one is drawn, or cancel one; /queue shows them.',
    limit,
  });
}
