import type { World } from '../state/world.ts';

/** Only a failing wait ever lasts this long. */
const GIVE_UP_MS = 60_000;

export interface UntilOptions {
  /** Milliseconds of real time after which to give up. */
  readonly within?: number;
  /** What is waited for, in the words of the error. */
  readonly what?: string;
}

/**
 * Waits until `look` returns something truthy and resolves to it; looks now and after every event in the room.
 * @throws Error naming `what` when nothing came in time.
 */
export async function until<T>(world: World, look: () => T, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { within = GIVE_UP_MS, what = look.toString() } = options;
  const first = look();
  if (first) return first;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      stop();
      settle();
    };
    const stop = world.events.subscribe(() => {
      try {
        const found = look();
        if (found) finish(() => resolve(found));
      } catch (error) {
        finish(() => reject(error));
      }
    });
    const timer = setTimeout(() => finish(() => reject(new Error(`Waited ${within} ms in vain for: ${what}`))), within);
  });
}
