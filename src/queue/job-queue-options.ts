import type { ClaimLimits } from '../store/claim-job.ts';
import type { Clock } from '../store/context.ts';
import type { Job } from '../store/job.ts';
import type { Store } from '../store/store.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface JobQueueOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** What went wrong and isn't a person's to mend; without a job, it was the queue itself. */
  readonly onError: (error: unknown, job: Job | undefined) => void;
  /** Jobs at once: one per device, as an engine draws one story after the other. */
  readonly concurrency?: number;
  readonly claimLimits?: ClaimLimits;
  readonly retry?: RetryPolicy;
  readonly leaseMs?: number;
  readonly heartbeatMs?: number;
  /** How often the store is asked for jobs that others enqueued, whose wait is over, or whose worker was lost. */
  readonly pollMs?: number;
  readonly longestRunMs?: number;
  readonly workerId?: string;
}

/** A member or a server may have a second job running only where there are several devices. */
export const DEFAULT_CLAIM_LIMITS: ClaimLimits = {
  runningPerMember: 1,
  runningPerScope: 4,
  impatientAfterMs: 30 * 60_000,
};
export const DEFAULT_LEASE_MS = 30_000;
/** Cancelling from another process is heard of by this. */
export const DEFAULT_HEARTBEAT_MS = 2_000;
export const DEFAULT_POLL_MS = 1_000;
export const DEFAULT_LONGEST_RUN_MS = 2 * 3_600_000;
