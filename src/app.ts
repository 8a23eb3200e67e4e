import { FolderBlobStore } from './blobs/folder-blob-store.ts';
import type { Config } from './config.ts';
import { Bot } from './discord/bot.ts';
import type { Command } from './discord/command.ts';
import { drawingMemory } from './engine/pipeline/drawing-memory.ts';
import { modelHash } from './engine/weights/model-hash.ts';
import { openModel } from './engine/weights/open-model.ts';
import type { Engine } from './engine/worker/engine-client.ts';
import type { EngineOptions } from './engine/worker/messages.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { Log } from './log.ts';
import { JobQueue } from './queue/job-queue.ts';
import { DEFAULT_CLAIM_LIMITS, type JobQueueOptions } from './queue/job-queue-options.ts';
import { openPictureFilter } from './safety/picture-classifier/onnx-picture-filter.ts';
import type { Clock } from './store/context.ts';
import { openStore } from './store/store.ts';
import { openLoraShelf } from './studio/loras.ts';
import { openModelShelf } from './studio/models.ts';
import { openOffers } from './studio/offers.ts';
import { openStudio, type StudioOptions } from './studio/open-studio.ts';

/** What the application takes from its process. */
export interface AppParts {
  readonly config: Config;
  readonly token: string;
  /** Another address than Discord's: the rehearsal room's. */
  readonly api?: string;
  readonly commands: readonly Command[];
  readonly startEngine: (options: EngineOptions) => Engine;
  readonly clock: Clock;
  readonly log: Log;
  /** Seeds for whoever asks for none, another one each time; default: at random. */
  readonly chooseSeed?: () => bigint;
  /** What looks for failures in drawn stories; default: src/inspection/. */
  readonly inspect?: StudioOptions['inspect'];
  /** What the queue does otherwise than by default. */
  readonly queue?: Partial<Omit<JobQueueOptions, 'store' | 'clock' | 'onError'>>;
}

/** Troupe as it runs. */
export interface App {
  readonly bot: Bot;
  readonly queue: JobQueue;
  /** Takes no new work, lets running work end or go on at the next start, tells the channels, and closes everything. */
  stop(): Promise<void>;
}

/**
 * Opens everything in the order in which it depends on each other. What a killed process left is stored to be posted
 * before any job runs, so that no job can end unseen.
 * @throws UserError for what whoever runs it has set wrongly
 */
export async function startApp({
  config,
  token,
  api,
  commands,
  startEngine,
  clock,
  log,
  ...parts
}: AppParts): Promise<App> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const each of closing.splice(0).toReversed()) await each();
  };
  try {
    const store = await openStore({ databaseUrl: config.databaseUrl, clock });
    closing.push(() => store.close());
    const blobs = new FolderBlobStore(config.blobsFolder, clock);
    closing.push(startHousekeeping({ store, blobs, clock, log }));
    const filterModel = config.pictureFilterModel;
    const pictureFilter = filterModel === undefined ? undefined : await openPictureFilter(filterModel);
    closing.push(async () => pictureFilter?.close());
    const { provider, threads, maxMemory, deviceMemory, anchorMemory, limits, previewEvery } = config;
    const engine = startEngine({ provider, threads, maxMemory, deviceMemory, anchorMemory });
    closing.push(() => engine.close());
    const models = openModelShelf({
      configured: config.modelFolders,
      installed: config.installedModels,
      // Not by the engine, whose thread draws: whoever asks for a story would wait for those before it.
      hashOf: (folder) => modelHash(openModel(folder)),
    });
    const loras = openLoraShelf(config.lorasFolder);
    const onError: JobQueueOptions['onError'] = (error, job) =>
      log.error('a job failed', error, { job: job?.id, kind: job?.kind });
    const queue = new JobQueue({ ...parts.queue, store, clock, onError });
    const { chooseSeed, inspect } = parts;
    const memory = drawingMemory(config);
    const choices = { limits, previewEvery, chooseSeed, memory, inspect };
    const { studio, handlers } = openStudio({ store, blobs, engine, models, loras, queue, ...choices });
    const { registersCommands, editIntervalMs } = config;
    const { impatientAfterMs } = parts.queue?.claimLimits ?? DEFAULT_CLAIM_LIMITS;
    const shown = { registersCommands, editIntervalMs, impatientAfterMs };
    const offers = openOffers({ models, loras, limits, memory });
    const work = { studio, store, blobs, pictureFilter, offers };
    const bot = new Bot({ ...shown, ...work, token, api, commands, clock, log });
    await bot.prepare();
    closing.push(async () => bot.stop());
    await queue.start(handlers);
    closing.push(async () => queue.stop({ finishMs: config.stopWithinMs }));
    await bot.connect();
    return { bot, queue, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}
