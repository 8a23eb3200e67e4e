import { expect } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import type { Job, JobStatus } from '../../src/store/job.ts';
import type { Store } from '../../src/store/store.ts';
import { loadCanons } from '../../src/studio/canon-shelf.ts';
import { requestPanel } from '../../src/studio/engine-request.ts';
import { parseRecipe } from '../../src/studio/recipe.ts';
import { panelColour } from '../support/fake-engine.ts';
import { CHAOS_RETRY } from './chaos.ts';

const ENDS = ['finished', 'cancelled', 'failed', 'dead'];
const CANDIDATES = 4;

/** What follows a word in the lines that begin with it. */
export function toldOf(lines: readonly string[], word: string): string[] {
  return lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1] as string);
}

/**
 * After the kills and an undisturbed end: the database is whole, every job has ended once and well, and every take is
 * there, once, as it would have been drawn undisturbed.
 * @param lines what the processes said: `finished <job>` for each end that they saw
 */
export async function checkWork(store: Store, blobs: BlobStore, lines: readonly string[]) {
  expect(await store.checkIntegrity()).toEqual([]);
  const jobs = await store.jobs.list({});
  const withStatus = (wanted: JobStatus) => jobs.filter(({ status }) => status === wanted);
  const [finished, cancelled] = [withStatus('finished'), withStatus('cancelled')];
  expect(finished.length + cancelled.length).toBe(jobs.length);
  expect(toldOf(lines, 'finished').filter((id) => !finished.some((job) => job.id === id))).toEqual([]);
  let lost = 0;
  for (const { id } of jobs) {
    const events = await store.jobs.events(id);
    expect(events.filter(({ type }) => ENDS.includes(type))).toHaveLength(1);
    lost += events.filter(({ type }) => type === 'worker-lost').length;
    expect(events.length).toBeLessThan(CHAOS_RETRY.maxAttempts);
  }

  const takes = new Set<string>();
  for (const job of finished) for (const take of await checkPictures(store, blobs, job)) takes.add(take);
  // A cancelled job may have stored its takes just before.
  const possible = new Set(takes);
  for (const job of cancelled)
    for (const { panel, revision } of await takesOf(store, job)) possible.add(`${panel.id} ${revision}`);
  const stories = await store.stories.list({});
  const panels = stories.flatMap((story) => story.panels);
  const stored = (await Promise.all(panels.map(({ id }) => store.takes.ofPanel(id))))
    .flat()
    .map(({ panelId, revision }) => `${panelId} ${revision}`);
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.filter((take) => !possible.has(take))).toEqual([]);
  console.info(`${finished.length} jobs finished, ${cancelled.length} cancelled; ${takes.size} takes`);
  return { jobs, stories, lost, takes: takes.size };
}

/** The takes that a job has to draw. */
async function takesOf(store: Store, { kind, storyId, payload }: Job) {
  if (kind === 'cast-character') return [];
  const story = await store.stories.get(storyId as string);
  const { firstPanels } = parseRecipe(story.settings);
  if (kind === 'draw-story') {
    return story.panels.filter(({ number }) => number < firstPanels).map((panel) => ({ panel, revision: 0 }));
  }
  return story.panels
    .filter(({ id }) => id === payload.panelId)
    .map((panel) => ({ panel, revision: payload.revision as number }));
}

/** Every picture of a finished job is there, whole, and as it would have been drawn undisturbed. @returns its takes */
async function checkPictures(store: Store, blobs: BlobStore, job: Job): Promise<string[]> {
  if (job.kind === 'cast-character') {
    const sheet = await store.castings.sheet(job.payload.characterId as string, job.payload.round as number);
    expect(sheet).toHaveLength(CANDIDATES);
    for (const { canonBlobHash, pictureHash } of sheet) {
      await blobs.get(canonBlobHash);
      await blobs.get(pictureHash);
    }
    return [];
  }
  const story = await store.stories.get(job.storyId as string);
  const recipe = parseRecipe(story.settings);
  const canons = await loadCanons(store.castings, blobs, recipe.cast);
  const wanted = await takesOf(store, job);
  expect(wanted.length).toBeGreaterThan(0);
  for (const { panel, revision } of wanted) {
    const take = await store.takes.find(panel.id, revision);
    const picture = await decodePicture((await blobs.get(take?.pictureHash as string)).bytes);
    await blobs.get(take?.latentsHash as string);
    const { request, places } = requestPanel({ story, recipe, canons }, panel, revision);
    const row = request.panels[places[0] as number];
    expect([...picture.rgb.subarray(0, 3)]).toEqual(panelColour(row as NonNullable<typeof row>));
  }
  return wanted.map(({ panel, revision }) => `${panel.id} ${revision}`);
}
