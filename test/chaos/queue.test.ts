import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import type { JobStatus } from '../../src/store/job.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { loadCanons } from '../../src/studio/canon-shelf.ts';
import { requestPanel } from '../../src/studio/engine-request.ts';
import { parseRecipe } from '../../src/studio/recipe.ts';
import { panelColour } from '../support/fake-engine.ts';
import { CHAOS_RETRY, killRepeatedly, randomBelow, startMortal } from './chaos.ts';

/** More by hand: `CHAOS_KILLS=200 CHAOS_SEED=5 npx vitest run test/chaos`. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 24);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
const LONGEST_LIFE = 90;
const BESIDE = 2;
const ENDS = ['finished', 'cancelled', 'failed', 'dead'];

test('given processes that are killed at random moments, then every job ends and no take is lost or doubled', {
  timeout: 900_000,
}, async () => {
  console.info(`CHAOS_SEED=${SEED} CHAOS_KILLS=${KILLS}`);
  const folder = await mkdtemp(join(tmpdir(), 'troupe-chaos-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lines = await killRepeatedly({
    script: 'mortal-bot.ts',
    args: (each) => [folder, String(SEED + each), 'live'],
    kills: KILLS,
    beside: BESIDE,
    random: randomBelow(SEED),
    longestLife: LONGEST_LIFE,
  });
  const last = startMortal('mortal-bot.ts', [folder, String(SEED), 'drain']);
  await last.said('done');
  lines.push(...last.lines);

  const store = await openStore({ databaseUrl: `file:${join(folder, 'troupe.db')}`, clock: Date });
  onTestFinished(() => store.close());
  const blobs = new FolderBlobStore(join(folder, 'blobs'), Date);
  expect(await store.checkIntegrity()).toEqual([]);
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
  const told = (what: string) => lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.split(' ')[1]);

  const jobs = await store.jobs.list({});
  const ids = new Set(jobs.map(({ id }) => id));
  expect(told('job').filter((id) => !ids.has(id as string))).toEqual([]);
  const withStatus = (wanted: JobStatus) => jobs.filter(({ status }) => status === wanted);
  const [finished, cancelled] = [withStatus('finished'), withStatus('cancelled')];
  expect(finished.length + cancelled.length).toBe(jobs.length);
  expect(told('finished').filter((id) => jobs.find((job) => job.id === id)?.status !== 'finished')).toEqual([]);
  let lost = 0;
  for (const { id } of jobs) {
    const events = await store.jobs.events(id);
    expect(events.filter(({ type }) => ENDS.includes(type))).toHaveLength(1);
    lost += events.filter(({ type }) => type === 'worker-lost').length;
    expect(events.length).toBeLessThan(CHAOS_RETRY.maxAttempts);
  }

  let takes = 0;
  for (const job of finished) takes += await checkPictures(store, blobs, job);
  console.info(
    `${KILLS} kills, ${lost} of them hit a job; ${finished.length} jobs finished, ${cancelled.length} cancelled; ${takes} takes`,
  );
  expect(lost).toBeGreaterThan(0);
  expect(takes).toBeGreaterThan(KILLS);
  const stories = await store.stories.list({});
  const stored = (await Promise.all(stories.flatMap(({ panels }) => panels.map(({ id }) => store.takes.ofPanel(id)))))
    .flat()
    .map(({ panelId, revision }) => `${panelId} ${revision}`);
  expect(new Set(stored).size).toBe(stored.length);
  // A cancelled job may have stored its take just before.
  expect(stored.length - takes).toBeGreaterThanOrEqual(0);
  expect(stored.length - takes).toBeLessThanOrEqual(cancelled.length);
});

/** Every take of a finished job is there, whole, and as it would have been drawn undisturbed. @returns how many */
async function checkPictures(
  store: Store,
  blobs: FolderBlobStore,
  { kind, storyId, payload }: Awaited<ReturnType<Store['jobs']['get']>>,
): Promise<number> {
  if (kind === 'cast-character') {
    const sheet = await store.castings.sheet(payload.characterId as string, payload.round as number);
    expect(sheet).toHaveLength(4);
    for (const { canonBlobHash, pictureHash } of sheet) {
      await blobs.get(canonBlobHash);
      await blobs.get(pictureHash);
    }
    return 0;
  }
  const story = await store.stories.get(storyId as string);
  const recipe = parseRecipe(story.settings);
  const canons = await loadCanons(store.castings, blobs, recipe.cast);
  const wanted =
    kind === 'draw-story'
      ? story.panels.filter(({ number }) => number < recipe.firstPanels).map((panel) => ({ panel, revision: 0 }))
      : story.panels
          .filter(({ id }) => id === payload.panelId)
          .map((panel) => ({ panel, revision: payload.revision as number }));
  expect(wanted.length).toBeGreaterThan(0);
  for (const { panel, revision } of wanted) {
    const take = await store.takes.find(panel.id, revision);
    const picture = await decodePicture((await blobs.get(take?.pictureHash as string)).bytes);
    await blobs.get(take?.latentsHash as string);
    const { request, places } = requestPanel({ story, recipe, canons }, panel, revision);
    const row = request.panels[places[0] as number];
    expect([...picture.rgb.subarray(0, 3)]).toEqual(panelColour(row as NonNullable<typeof row>));
  }
  return wanted.length;
}
