import type { BlobStore } from './blobs/blob-store.ts';
import { collectGarbage } from './blobs/collect-garbage.ts';
import type { Log } from './log.ts';
import type { Clock } from './store/context.ts';
import type { Store } from './store/store.ts';

const INTERVAL_MS = 3_600_000;
/** Ended jobs are kept so long for whoever looks into what went wrong. */
const JOBS_KEPT_MS = 30 * 24 * 3_600_000;

/** Deletes what nobody needs any more, now and every hour. @returns what ends it; it resolves when nothing is under way */
export function startHousekeeping({ store, blobs, clock, log }: HousekeepingParts): () => Promise<void> {
  let underWay = Promise.resolve();
  const clean = () => {
    underWay = tidyUp({ store, blobs, clock, log }).catch((error: unknown) =>
      log.error('the housekeeping failed', error),
    );
  };
  clean();
  const timer = setInterval(clean, INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}

interface HousekeepingParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
}

async function tidyUp({ store, blobs, clock, log }: HousekeepingParts): Promise<void> {
  const jobs = await store.jobs.forgetEnded(new Date(clock.now() - JOBS_KEPT_MS));
  const garbage = await collectGarbage(blobs, () => store.blobReferences(), clock.now());
  if (jobs > 0 || garbage.blobs > 0) log.info('tidied up', { jobs, ...garbage });
}
