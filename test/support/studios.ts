import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import type { Engine } from '../../src/engine/worker/engine-client.ts';
import type { JobFeedEvent } from '../../src/queue/job-feed.ts';
import type { JobQueueOptions } from '../../src/queue/job-queue-options.ts';
import type { Character } from '../../src/store/characters.ts';
import type { Job } from '../../src/store/job.ts';
import type { StudioLimits } from '../../src/studio/desk.ts';
import { openLoraShelf } from '../../src/studio/loras.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { openStudio, type StudioOptions } from '../../src/studio/open-studio.ts';
import { freshStore, type OpenedStore, TEST_PROVIDERS } from '../store/support/fresh-database.ts';
import { FakeEngine } from './fake-engine.ts';
import { POCKET } from './fixtures.ts';
import { endOf, type TestQueue, testQueue } from './job-queues.ts';
import { asker } from './people.ts';
import { NO_LORAS } from './toy-loras.ts';

export interface TestStudioOptions {
  readonly engine?: Engine;
  readonly limits?: StudioLimits;
  readonly memory?: StudioOptions['memory'];
  /** default: the pocket model */
  readonly models?: readonly string[];
  readonly lorasFolder?: string;
  readonly inspect?: StudioOptions['inspect'];
  readonly queue?: Partial<JobQueueOptions>;
  /** of an earlier studio, whose work this one takes up */
  readonly opened?: OpenedStore;
  readonly blobs?: BlobStore;
  /** nothing is drawn until `start` */
  readonly idle?: boolean;
}

/** A studio on a database and a folder of its own, with the pocket model and the fake engine unless told otherwise. */
export async function testStudio(options: TestStudioOptions = {}) {
  const engine = options.engine ?? new FakeEngine();
  // On PostgreSQL where there is one to test with, as the store is.
  const opened = options.opened ?? (await freshStore(TEST_PROVIDERS.at(-1) ?? 'sqlite'));
  const { store, clock } = opened;
  const blobs = options.blobs ?? (await freshBlobs());
  const models = openModelShelf({
    configured: options.models ?? [POCKET],
    hashOf: (folder) => engine.modelHash(folder),
  });
  const loras = openLoraShelf(options.lorasFolder ?? NO_LORAS);
  const { queue, events, errors }: TestQueue = testQueue({ store, clock, ...options.queue });
  const { studio, handlers } = openStudio({
    ...{ store, blobs, engine, models, loras, queue },
    limits: options.limits,
    memory: options.memory,
    inspect: options.inspect,
  });
  const start = () => queue.start(handlers);
  if (!options.idle) await start();

  /** Waits for what was asked for to end. */
  const ended = async <T extends { readonly job: Job }>(request: Promise<T>): Promise<T & { end: JobFeedEvent }> => {
    const ends = new Map<string, JobFeedEvent>();
    const note = queue.feed.subscribe((event) => {
      if (['finished', 'failed', 'dead', 'cancelled'].includes(event.type)) ends.set(event.job.id, event);
    });
    const ticket = await request;
    const end = ends.get(ticket.job.id) ?? (await endOf(queue.feed, ticket.job.id));
    note();
    return { ...ticket, end };
  };
  /** A character with a canon. */
  const cast = async (name: string, looks: string, by = asker(), candidate = 0): Promise<Character> => {
    const { character } = await ended(studio.createCharacter(by, { name, looks }));
    const sheet = await store.castings.sheet(character.id);
    return studio.pickCandidate(by, sheet[candidate]?.id as string);
  };
  return {
    studio,
    handlers,
    queue,
    events,
    errors,
    store,
    clock,
    opened,
    blobs,
    models,
    loras,
    engine,
    start,
    ended,
    cast,
  };
}

export type TestStudio = Awaited<ReturnType<typeof testStudio>>;

async function freshBlobs(): Promise<FolderBlobStore> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-blobs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return new FolderBlobStore(folder, Date);
}
