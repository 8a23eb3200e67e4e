import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long SQLite itself waits for another process's lock, in ms. It polls within the call, so nothing else happens in
 * this process meanwhile: it covers the usual short transaction and no more.
 */
export const BLOCKING_WAIT_MS = 50;

/** How long a write is tried in all, in ms. SQLite's locks have no queue: among eager writers one may be unlucky long. */
const PATIENCE_MS = 25_000;

/** The longest pause between two tries, in ms; drawn anew each time, so that waiting processes don't move in step. */
const PAUSE_MS = 20;

/**
 * Does something that takes SQLite's write lock when it begins, and again while another process holds the lock; the
 * event loop goes on in between. Only for what has done nothing yet when it fails so.
 */
export async function retryBusy(action: () => void): Promise<void> {
  const start = performance.now();
  for (;;) {
    try {
      action();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > PATIENCE_MS) throw error;
    }
    await delay(Math.random() * PAUSE_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
