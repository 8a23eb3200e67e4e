import type { Clock } from '../clock.ts';
import type { RestAnswer } from './call.ts';

export interface StagedAnswer {
  readonly status: number;
  /** How many requests get it still. */
  times: number;
  /** `POST /channels/:channel/messages`, its pattern alone, or part of it; none: every route. */
  readonly route?: string;
  /** Seconds told to wait with a 429. */
  readonly retryAfter: number;
  /** With a 429: whether it is the whole bot's limit. */
  readonly global: boolean;
}

/** Trouble that was asked for: answers that are not the routes' own, and slowness. */
export class TroubleDesk {
  readonly #clock: Clock;
  readonly staged: StagedAnswer[] = [];
  /** Every request waits this long before it is looked at. */
  delayMs = 0;
  /** Requests that wait now. */
  held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param told called when a request begins to wait. */
  async delay(told: () => void): Promise<void> {
    const { delayMs } = this;
    if (delayMs <= 0) return;
    const over = new Promise<void>((resolve) => this.#clock.after(delayMs, resolve));
    this.held++;
    told();
    await over;
    this.held--;
  }

  /** The staged answer for a request, if there is one. */
  take(method: string, pattern: string): (RestAnswer & { headers: Record<string, string> }) | undefined {
    const index = this.staged.findIndex(({ route }) => route === undefined || `${method} ${pattern}`.includes(route));
    const staged = this.staged[index];
    if (!staged) return undefined;
    staged.times--;
    if (staged.times <= 0) this.staged.splice(index, 1);
    const { status, retryAfter, global } = staged;
    if (status !== 429) return { status, body: { message: `${status}: staged trouble`, code: 0 }, headers: {} };
    return {
      status,
      body: { message: 'You are being rate limited.', retry_after: retryAfter, global },
      headers: {
        'Retry-After': String(retryAfter),
        'X-RateLimit-Scope': global ? 'global' : 'user',
        ...(global && { 'X-RateLimit-Global': 'true' }),
      },
    };
  }
}
