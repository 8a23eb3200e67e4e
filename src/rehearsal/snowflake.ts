import type { Clock } from './clock.ts';

/** Discord's ids count milliseconds from here (https://docs.discord.com/developers/reference#snowflakes). */
const DISCORD_EPOCH_MS = 1_420_070_400_000;
const TIME_SHIFT = 22n;
/** When everything was founded that is there from the beginning, in every room. */
const FOUNDED_MS = Date.UTC(2026, 0, 1);

/**
 * Ids that sort by time and never repeat, also when the clock stands still. What comes before `found` has the same id in
 * every room: a bot that is started again finds its server and people, and its characters with them.
 */
export class Snowflakes {
  readonly #clock: Clock;
  #last = 0n;
  #isFounded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on ids are of the clock's time. */
  found(): void {
    this.#isFounded = true;
  }

  next(): string {
    const now = this.#isFounded ? Math.trunc(this.#clock.now()) : FOUNDED_MS;
    const earliest = BigInt(now - DISCORD_EPOCH_MS) << TIME_SHIFT;
    this.#last = earliest > this.#last ? earliest : this.#last + 1n;
    return String(this.#last);
  }
}
