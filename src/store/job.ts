import type { Json, JsonObject } from './json.ts';
import type { Connection } from './prisma-client.ts';
import { parseScopeId, type Scope } from './scope.ts';

/**
 * queued → running → finished; from running also back to queued (to be tried again, or its worker was lost).
 * failed: a person can mend what was wrong. dead: given up after an error of ours. cancelled: by a person.
 */
export type JobStatus = 'queued' | 'running' | 'finished' | 'failed' | 'dead' | 'cancelled';

export interface JobRequest {
  readonly kind: string;
  /** Must not name members other than the job's own, and that one only in `memberId`. */
  readonly payload: JsonObject;
  /** Higher is sooner. */
  readonly priority?: number;
  readonly memberId: string;
  readonly scope: Scope;
  readonly channelId: string;
  readonly storyId?: string | null;
  readonly messageId?: string | null;
  readonly nonce?: string | null;
  /** A second request with the same key gets the first one's job; the interaction's id for instance. */
  readonly idempotencyKey?: string | null;
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly payload: JsonObject;
  readonly status: JobStatus;
  readonly priority: number;
  readonly memberId: string;
  readonly scope: Scope;
  readonly channelId: string;
  readonly storyId: string | null;
  readonly messageId: string | null;
  readonly nonce: string | null;
  readonly idempotencyKey: string | null;
  /** Claims so far; one that a worker gave back doesn't count. */
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly progress: Json;
  readonly result: Json;
  readonly errorCode: string | null;
  readonly errorContext: Json;
  readonly leasedBy: string | null;
  readonly leaseUntil: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A worker's right to work on a job. It is void once the job was given to another or ended. */
export interface JobLease {
  readonly jobId: string;
  readonly workerId: string;
  /** The claim that the lease stems from: the same worker may get the same job twice. */
  readonly attempt: number;
}

export type JobEventType =
  | 'enqueued'
  | 'claimed'
  | 'released'
  | 'worker-lost'
  | 'retried'
  | 'cancel-requested'
  | Exclude<JobStatus, 'queued' | 'running'>;

export interface JobEvent {
  readonly id: number;
  readonly jobId: string;
  readonly at: Date;
  readonly type: JobEventType;
  readonly data: Json;
}

export type JobRow = NonNullable<Awaited<ReturnType<Connection['job']['findUnique']>>>;

export function toJob({ scopeId, payload, status, progress, result, errorContext, ...rest }: JobRow): Job {
  return {
    ...rest,
    scope: parseScopeId(scopeId),
    payload: payload as JsonObject,
    status: status as JobStatus,
    progress: progress as Json,
    result: result as Json,
    errorContext: errorContext as Json,
  };
}

/** Appends to a job's history, in the transaction of the change that it tells. */
export async function noteEvent(
  transaction: Connection,
  jobId: string,
  at: Date,
  type: JobEventType,
  data?: JsonObject,
): Promise<void> {
  await transaction.jobEvent.create({ data: { jobId, at, type, data } });
}
