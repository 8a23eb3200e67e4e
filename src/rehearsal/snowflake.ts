import type { Clock } from './clock.ts';

/** Discord's ids count milliseconds from here (https://docs.discord.com/developers/reference#snowflakes). */
const DISCORD_EPOCH_MS = 1_420_070_400_000;
const TIME_SHIFT = 22n;

/** Ids that sort by time and never repeat, also when the clock stands still. */
export class Snowflakes {
  readonly #clock: Clock;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const earliest = BigInt(Math.trunc(this.#clock.now()) - DISCORD_EPOCH_MS) << TIME_SHIFT;
    this.#last = earliest > this.#last ? earliest : this.#last + 1n;
    return String(this.#last);
  }
}
