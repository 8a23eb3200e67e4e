/** Waits; tests make it short. Ends early, without an error, when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RefresherOptions {
  /** Brings what `key` names up to date. It throws if it should be tried again. */
  readonly refresh: (key: string) => Promise<void>;
  /** Between two refreshes of the same key, in ms. */
  readonly intervalMs: number;
  readonly wait: Wait;
  /** It failed; `retryInMs` is undefined once it is given up. */
  readonly onError: (key: string, error: unknown, retryInMs: number | undefined) => void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const ATTEMPTS = 8;

interface Line {
  dirty: boolean;
  /** Ends the current wait. */
  hurry: AbortController;
  done: Promise<void>;
}

/**
 * Keeps things up to date that may not be updated as often as they change: one refresh after the other for each key,
 * with a pause in between; however often it is touched meanwhile, one refresh follows. What fails is tried again, each
 * time later.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #lines = new Map<string, Line>();
  #stopped = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** @param urgent doesn't wait for the pause to end: for what people wait for */
  touch(key: string, { urgent = false } = {}): void {
    if (this.#stopped) return;
    const line = this.#lines.get(key);
    if (line) {
      line.dirty = true;
      if (urgent) line.hurry.abort();
      return;
    }
    const fresh: Line = { dirty: true, hurry: new AbortController(), done: Promise.resolve() };
    this.#lines.set(key, fresh);
    fresh.done = this.#run(key, fresh);
  }

  /** Resolves once nothing is left to be refreshed. */
  async idle(): Promise<void> {
    while (this.#lines.size > 0) await Promise.all([...this.#lines.values()].map(({ done }) => done));
  }

  /** Takes nothing new; what is dirty is refreshed once more, without pauses. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const line of this.#lines.values()) line.hurry.abort();
    await this.idle();
  }

  async #run(key: string, line: Line): Promise<void> {
    let failures = 0;
    while (line.dirty) {
      line.dirty = false;
      line.hurry = this.#stopped ? line.hurry : new AbortController();
      let pause = this.#options.intervalMs;
      try {
        await this.#options.refresh(key);
        failures = 0;
      } catch (error) {
        failures++;
        const retry = failures < ATTEMPTS && !this.#stopped;
        pause = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
        this.#options.onError(key, error, retry ? pause : undefined);
        if (retry) line.dirty = true;
      }
      if (!this.#stopped) await this.#options.wait(pause, line.hurry.signal);
    }
    this.#lines.delete(key);
  }
}
