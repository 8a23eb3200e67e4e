import type { Clock } from '../clock.ts';

interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * Close to what Discord's headers said in 2025; Discord reserves the right to change them, so a bot goes by headers.
 * Routes without a line share `DEFAULT_QUOTA` per route and major parameter.
 */
const QUOTAS: Readonly<Record<string, Quota>> = {
  'POST /channels/:channel/messages': { limit: 5, windowMs: 5_000 },
  'PATCH /channels/:channel/messages/:message': { limit: 5, windowMs: 5_000 },
  'PUT /channels/:channel/messages/:message/reactions/:emoji/@me': { limit: 1, windowMs: 250 },
  'DELETE /channels/:channel/messages/:message/reactions/:emoji/:user': { limit: 1, windowMs: 250 },
};
const DEFAULT_QUOTA: Quota = { limit: 50, windowMs: 10_000 };
/** https://docs.discord.com/developers/topics/rate-limits#global-rate-limit */
const GLOBAL_QUOTA: Quota = { limit: 50, windowMs: 1_000 };

export interface RateVerdict {
  readonly headers: Record<string, string>;
  /** Seconds to wait, if refused. */
  readonly retryAfter?: number;
  readonly global: boolean;
}

interface Window {
  used: number;
  endsAt: number;
}

/** Token buckets by route and major parameter (channel, guild or webhook), and one over everything. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  /** Off: generous headers and no refusals. */
  enforced = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param major the id in the route that has its own bucket. */
  take(route: string, major: string): RateVerdict {
    const quota = QUOTAS[route] ?? DEFAULT_QUOTA;
    const bucket = Buffer.from(route).toString('base64url').slice(-24);
    if (!this.enforced) return { headers: openHeaders(bucket), global: false };
    const window = this.#window(`${bucket}:${major}`, quota);
    const resetAfter = Math.max(0, window.endsAt - this.#clock.now()) / 1_000;
    const refused = window.used >= quota.limit;
    if (!refused) window.used++;
    const headers: Record<string, string> = {
      'X-RateLimit-Limit': String(quota.limit),
      'X-RateLimit-Remaining': String(Math.max(0, quota.limit - window.used)),
      'X-RateLimit-Reset': String(window.endsAt / 1_000),
      'X-RateLimit-Reset-After': resetAfter.toFixed(3),
      'X-RateLimit-Bucket': bucket,
    };
    if (refused)
      return { headers: { ...headers, ...retryHeaders(resetAfter, 'user') }, retryAfter: resetAfter, global: false };
    const global = this.#window('global', GLOBAL_QUOTA);
    if (global.used++ >= GLOBAL_QUOTA.limit) {
      const wait = Math.max(0, global.endsAt - this.#clock.now()) / 1_000;
      return {
        headers: { ...retryHeaders(wait, 'global'), 'X-RateLimit-Global': 'true' },
        retryAfter: wait,
        global: true,
      };
    }
    return { headers, global: false };
  }

  #window(key: string, { windowMs }: Quota): Window {
    const now = this.#clock.now();
    const old = this.#windows.get(key);
    if (old && old.endsAt > now) return old;
    const fresh = { used: 0, endsAt: now + windowMs };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

/** Headers under which discord.js never waits: the bucket is always as good as full. */
function openHeaders(bucket: string): Record<string, string> {
  return {
    'X-RateLimit-Limit': '1000',
    'X-RateLimit-Remaining': '999',
    'X-RateLimit-Reset-After': '1.000',
    'X-RateLimit-Bucket': bucket,
  };
}

function retryHeaders(seconds: number, scope: 'user' | 'global'): Record<string, string> {
  return { 'Retry-After': String(Math.ceil(seconds)), 'X-RateLimit-Scope': scope };
}
