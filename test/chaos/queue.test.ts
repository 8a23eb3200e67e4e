import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import { openStore } from '../../src/store/store.ts';
import { CHAOS_SEED, chaosKills, killRepeatedly, randomBelow, startMortal } from './chaos.ts';
import { checkWork, toldOf } from './check-work.ts';

const KILLS = chaosKills(24);
const LONGEST_LIFE = 90;
/** Opening a database, or waiting for another process that opens it. */
const LONGEST_START_MS = 400;
const BESIDE = 2;

test('given processes that are killed at random moments, then every job ends and no take is lost or doubled', {
  timeout: 900_000,
}, async () => {
  console.info(`CHAOS_SEED=${CHAOS_SEED} CHAOS_KILLS=${KILLS}`);
  const folder = await mkdtemp(join(tmpdir(), 'troupe-chaos-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lines = await killRepeatedly({
    script: 'mortal-bot.ts',
    args: (each) => [folder, String(CHAOS_SEED + each), 'live'],
    kills: KILLS,
    beside: BESIDE,
    random: randomBelow(CHAOS_SEED),
    longestLife: LONGEST_LIFE,
    longestStartMs: LONGEST_START_MS,
  });
  const last = startMortal('mortal-bot.ts', [folder, String(CHAOS_SEED), 'drain']);
  await last.said('done');
  lines.push(...last.lines);

  const store = await openStore({ databaseUrl: `file:${join(folder, 'troupe.db')}`, clock: Date });
  onTestFinished(() => store.close());
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
  const ids = new Set((await store.jobs.list({})).map(({ id }) => id));
  expect(toldOf(lines, 'job').filter((id) => !ids.has(id))).toEqual([]);
  const { lost, takes } = await checkWork(store, new FolderBlobStore(join(folder, 'blobs'), Date), lines);
  console.info(`${KILLS} kills, ${lost} of them hit a job`);
  expect(lost).toBeGreaterThan(0);
  expect(takes).toBeGreaterThan(KILLS);
});
