import type { EngineProgress } from '../../src/engine/worker/messages.ts';

/** Holds a fake engine wherever a test wants to look. `between: gate.between` */
export class Gate {
  #holds: ((at: EngineProgress) => boolean) | undefined;
  #open: (() => void) | undefined;
  #reached: (() => void) | undefined;

  /** The next unit of work of this kind waits. Resolves when it is reached. */
  hold(holds: (at: EngineProgress) => boolean): Promise<void> {
    this.#holds = holds;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  /** Lets the work go on, until the next hold. */
  release(): void {
    this.#holds = undefined;
    this.#open?.();
    this.#open = undefined;
  }

  readonly between = async (at: EngineProgress): Promise<void> => {
    if (!this.#holds?.(at)) return;
    const opened = new Promise<void>((resolve) => {
      this.#open = resolve;
    });
    this.#reached?.();
    await opened;
  };
}
