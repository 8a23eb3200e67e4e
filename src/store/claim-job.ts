import type { StoreContext } from './context.ts';
import { type Job, type JobLease, noteEvent, toJob } from './job.ts';
import type { Connection } from './prisma-client.ts';
import { QUEUE } from './queue-state.ts';

export interface ClaimLimits {
  /** How many jobs of one member may run at once. */
  readonly runningPerMember: number;
  /** How many jobs of one scope may run at once. */
  readonly runningPerScope: number;
  /** A job that has waited this long, in ms, comes before all younger ones, whatever the priorities. */
  readonly impatientAfterMs: number;
}

export interface ClaimedJob {
  readonly job: Job;
  readonly lease: JobLease;
}

/**
 * Gives a worker the next job, in the order that fair-order.ts states, passing over members and scopes that have as
 * many running as they may. Claims happen one after the other, also across processes.
 * @param kinds what the worker can do; left out: everything
 * @returns undefined if there is nothing to do, or the queue is paused
 */
export async function claimNext(
  { database, clock }: Pick<StoreContext, 'database' | 'clock'>,
  workerId: string,
  leaseMs: number,
  limits: ClaimLimits,
  kinds?: readonly string[],
): Promise<ClaimedJob | undefined> {
  const due = (now: Date) => ({ status: 'queued', nextAttemptAt: { lte: now }, kind: kinds && { in: [...kinds] } });
  // An idle worker asks often; it must not write each time.
  const isIdle = !(await database.client.job.findFirst({ where: due(new Date(clock.now())), select: { id: true } }));
  if (isIdle) return undefined;
  return database.write(async (transaction) => {
    const { turn, pausedAt } = await transaction.queueState.update({ where: QUEUE, data: { turn: { increment: 1 } } });
    if (pausedAt) return undefined;
    // The time under the lock, not before the wait for it: what was enqueued meanwhile is due too.
    const now = new Date(clock.now());
    const eligible = { ...due(now), ...(await passOver(transaction, limits)) };
    const impatientBefore = new Date(now.getTime() - limits.impatientAfterMs);
    const next =
      (await transaction.job.findFirst({
        where: { ...eligible, createdAt: { lt: impatientBefore } },
        orderBy: LEAST_RECENTLY_SERVED,
      })) ??
      (await transaction.job.findFirst({
        where: eligible,
        orderBy: [{ priority: 'desc' }, ...LEAST_RECENTLY_SERVED],
      }));
    if (!next) return undefined;
    const { count } = await transaction.job.updateMany({
      where: { id: next.id, status: 'queued' },
      data: {
        status: 'running',
        attempts: { increment: 1 },
        leasedBy: workerId,
        leaseUntil: new Date(now.getTime() + leaseMs),
        startedAt: next.startedAt ?? now,
      },
    });
    // Cancelled in this moment: the worker asks again.
    if (count === 0) return undefined;
    await transaction.scope.update({ where: { id: next.scopeId }, data: { lastServed: turn } });
    await transaction.member.update({ where: { id: next.memberId }, data: { lastServed: turn } });
    const job = toJob(await transaction.job.findUniqueOrThrow({ where: { id: next.id } }));
    await noteEvent(transaction, job.id, now, 'claimed', { workerId, attempt: job.attempts });
    return { job, lease: { jobId: job.id, workerId, attempt: job.attempts } };
  });
}

const ASCENDING = 'asc' as const;
const LEAST_RECENTLY_SERVED = [
  { member: { lastServed: ASCENDING } },
  { scope: { lastServed: ASCENDING } },
  { createdAt: ASCENDING },
  { id: ASCENDING },
];

/** Members and scopes that have enough running. */
async function passOver(transaction: Connection, { runningPerMember, runningPerScope }: ClaimLimits) {
  const where = { status: 'running' };
  const [members, scopes] = [
    await transaction.job.groupBy({ by: ['memberId'], where, _count: { _all: true } }),
    await transaction.job.groupBy({ by: ['scopeId'], where, _count: { _all: true } }),
  ];
  return {
    memberId: { notIn: members.filter(({ _count }) => _count._all >= runningPerMember).map((row) => row.memberId) },
    scopeId: { notIn: scopes.filter(({ _count }) => _count._all >= runningPerScope).map((row) => row.scopeId) },
  };
}
