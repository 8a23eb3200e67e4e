/**
 * The whole application as a process to be killed: `tsx mortal-app.ts <folder> <api> <token> <seed> <live | drain>`. It
 * draws with the fake engine for whoever is in the rehearsal room at <api>. It says on stdout, a line each, that its
 * code is loaded, that it is ready, each unit of work, and each end of a job that it saw; only after that it may be relied
 * on. `live` goes on until it is killed, `drain` ends when every job has ended and every message shows it.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { loadCommands } from '../../src/discord/command-loader.ts';
import { openStore } from '../../src/store/store.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { CHAOS_RETRY, randomBelow } from './chaos.ts';

const [folder = '', api = '', token = '', seed = '0', mode = 'live'] = process.argv.slice(2);
const LONGEST_UNIT_MS = 12;
const POLL_MS = 50;

const random = randomBelow(Number(seed));
const say = (line: string) => process.stdout.write(`${line}\n`);
const tell = (message: string, error?: unknown) =>
  say(`error ${message} ${error instanceof Error ? error.stack : (error ?? '')}`.replaceAll('\n', ' '));

const commands = await loadCommands(new URL('../../commands/', import.meta.url).pathname);
say('loaded');
const databaseUrl = `file:${join(folder, 'troupe.db')}`;
const app = await startApp({
  config: {
    ...readConfig({}),
    databaseUrl,
    blobsFolder: join(folder, 'blobs'),
    modelFolders: [POCKET],
    editIntervalMs: POLL_MS,
    previewEvery: 2,
    limits: { panelsPerStory: 9, queuedPerMember: 1000, queuedPerServer: 1000 },
  },
  api,
  token,
  commands,
  clock: Date,
  startEngine: () =>
    new FakeEngine({
      keep: false,
      between: () => {
        say('unit');
        return setTimeout(random(LONGEST_UNIT_MS));
      },
    }),
  log: { info: () => {}, warn: () => {}, error: tell },
  queue: { retry: CHAOS_RETRY, heartbeatMs: POLL_MS, pollMs: POLL_MS },
});
app.queue.feed.subscribe(({ type, job }) => {
  if (type === 'finished' || type === 'cancelled' || type === 'failed' || type === 'dead') say(`${type} ${job.id}`);
});
say('ready');

if (mode === 'drain') {
  const store = await openStore({ databaseUrl, clock: Date });
  const isBusy = async () =>
    (await store.jobs.list({ status: ['queued', 'running'], limit: 1 })).length > 0 ||
    (await store.messages.unsettled()).length > 0;
  while (await isBusy()) await setTimeout(POLL_MS);
  await store.close();
  await app.stop();
  say('done');
}
