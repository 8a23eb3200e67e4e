import { UserError } from '../errors/user-error.ts';
import type { AfterFailure, JobError } from '../store/job-leases.ts';
import type { JsonObject } from '../store/json.ts';

export interface RetryPolicy {
  /** Attempts in all, those that ended with a dead process included. */
  readonly maxAttempts: number;
  /** Wait after the first attempt; doubles with each. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxAttempts: 4, firstDelayMs: 2_000, longestDelayMs: 60_000 };

/** Waits differ by up to this share, so that jobs that failed together don't come back together. */
const JITTER = 0.2;

/** Mistakes in the program: they would be the same at the next attempt. */
const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

/**
 * What follows a failure. A person's mistake ends the job as failed. What may pass (memory, disk, a lost engine) is
 * tried again with growing waits; after the last attempt, or at once if it is a bug, the job is dead.
 * @param attempts so far, from 1
 * @param random 0 to 1
 */
export function afterFailure(
  error: unknown,
  attempts: number,
  policy: RetryPolicy,
  now: number,
  random: number,
): AfterFailure {
  if (error instanceof UserError) return 'failed';
  if (attempts >= policy.maxAttempts || BUGS.some((bug) => error instanceof bug)) return 'dead';
  const delay = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
  return { retryAt: new Date(now + Math.round(delay * (1 + JITTER * (random - 0.5)))) };
}

/** An error as a job keeps it. */
export function toJobError(error: unknown): JobError {
  if (error instanceof UserError) return { code: error.code, context: toJson(error.context) };
  if (error instanceof Error && error.name === 'TimeoutError') return { code: 'job-timed-out' };
  return { code: 'internal', context: { message: error instanceof Error ? error.message : String(error) } };
}

/** JSON has neither 64-bit numbers nor undefined. */
function toJson(context: object): JsonObject {
  const text = JSON.stringify(context, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
  return JSON.parse(text) as JsonObject;
}
