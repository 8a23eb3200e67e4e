import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { loadCommands } from '../../src/discord/command-loader.ts';
import { startEngine } from '../../src/engine/worker/engine-client.ts';
import { type Rehearsal, RehearsalServer, systemClock } from '../../src/rehearsal/index.ts';

const COMMANDS = new URL('../../commands/', import.meta.url).pathname;
const EDIT_INTERVAL_MS = 250;

export interface StagedRoom {
  readonly room: Rehearsal;
  /** Milliseconds since 1970, in the room. */
  readonly now: () => number;
  close(): Promise<void>;
}

/**
 * A rehearsal room with the whole bot and the embedded model, in which nothing is left to chance: the same requests give
 * the same pictures.
 * @param startsAt the time in the room at its beginning, in ms since 1970
 * @param firstSeed of what is drawn without a seed; the next ones count up
 */
export async function stageRoom(startsAt: number, firstSeed: bigint): Promise<StagedRoom> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-pictures-'));
  const begun = Date.now();
  const now = () => startsAt + Date.now() - begun;
  const room = await RehearsalServer.start({ clock: { ...systemClock, now } });
  let seed = firstSeed;
  const app = await startApp({
    config: {
      ...readConfig({}),
      databaseUrl: `file:${join(folder, 'troupe.db')}`,
      blobsFolder: join(folder, 'blobs'),
      provider: 'cpu',
      editIntervalMs: EDIT_INTERVAL_MS,
    },
    token: room.token,
    api: room.api,
    commands: await loadCommands(COMMANDS),
    startEngine,
    clock: { now },
    log: { info: () => {}, warn: console.warn, error: console.error },
    chooseSeed: () => seed++,
  });
  return {
    room,
    now,
    async close() {
      await app.stop();
      await room.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
