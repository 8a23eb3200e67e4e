import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsistencySettings, DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../../src/engine/consistory/settings.ts';
import { type Engine, startEngine } from '../../../src/engine/worker/engine-client.ts';
import { contentKey } from '../../../src/evaluation/content-key.ts';
import { type Judge, openJudge } from '../../../src/evaluation/judge/judge.ts';
import { sectionMarkdown } from '../../../src/evaluation/report/section-markdown.ts';
import { storiesSection } from '../../../src/evaluation/report/sections/stories.ts';
import { ResultCache } from '../../../src/evaluation/result-cache.ts';
import { canonsOf } from '../../../src/evaluation/story-benchmark/casting.ts';
import { type DrawnShots, drawShots, joinShots } from '../../../src/evaluation/story-benchmark/drawn-shots.ts';
import { engineSignatures } from '../../../src/evaluation/story-benchmark/engine-signature.ts';
import { judgeReader } from '../../../src/evaluation/story-benchmark/judge-reader.ts';
import {
  type BenchmarkedStory,
  runStories,
  withoutPictures,
} from '../../../src/evaluation/story-benchmark/run-stories.ts';
import { parseStory } from '../../../src/evaluation/story-benchmark/story-file.ts';
import { castingRequest, shotBatches } from '../../../src/evaluation/story-benchmark/story-requests.ts';
import { storyResults } from '../../../src/evaluation/story-benchmark/story-results.ts';
import { storySheet } from '../../../src/evaluation/story-benchmark/story-sheet.ts';
import { storyVariants } from '../../../src/evaluation/story-benchmark/story-variants.ts';
import { POCKET } from '../../support/fixtures.ts';

const STORY = parseStory(
  JSON.stringify({
    seed: 3,
    Characters: { Rusty: { prompt_en: 'a fox' }, Bella: { prompt_en: 'a bear' } },
    Shots: [
      {
        'Static Shot Description': 'Rusty waving',
        'Setting Description': 'in the snow',
        'Characters Appearing': ['Rusty'],
      },
      {
        'Static Shot Description': 'Rusty and Bella sitting',
        'Setting Description': 'on a farm',
        'Characters Appearing': ['Rusty', 'Bella'],
      },
    ],
  }),
  'tale.json',
);
const SAMPLING = { promptPrefix: 'a storybook drawing of', steps: 3, guidance: 4 };
const SIZE = { width: 128, height: 128 };
const MODEL = { folder: POCKET, size: SIZE, name: 'pocket', hash: 'a'.repeat(64) };
const PROVENANCE = {
  command: 'a test',
  code: '',
  machine: '',
  date: '',
  model: 'pocket',
  modelHash: '',
  steps: 3,
  guidance: 4,
  asked: 2,
};

/** The greatest of all latents. */
const latentDifference = (one: Float32Array, other: Float32Array): number =>
  one.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0);

describe('a story of two shots in three steps', () => {
  let folder: string;
  let engine: Engine;
  let judge: Judge;
  let benchmarked: BenchmarkedStory[];
  let draws = 0;

  const run = async () => {
    const drawnBy = (settings: ConsistencySettings) => Promise.resolve(contentKey(settings));
    const counting: Pick<Engine, 'draw' | 'probe'> = {
      draw: (...args) => {
        draws++;
        return engine.draw(...args);
      },
      probe: (...args) => engine.probe(...args),
    };
    const cache = new ResultCache(folder);
    const { promptPrefix } = SAMPLING;
    const reader = judgeReader({ engine: counting, model: MODEL, judge, cache, seenBy: ['these eyes'], promptPrefix });
    const finished: BenchmarkedStory[] = [];
    await runStories(
      { stories: [STORY], variants: storyVariants('plain,all'), sampling: SAMPLING },
      { engine: counting, model: MODEL, reader, cache, drawnBy },
      { progress: () => undefined, finished: async (story) => void finished.push(story) },
    );
    return finished;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'stories-'));
    engine = startEngine({ provider: 'cpu', threads: 1, maxMemory: 2e9 });
    judge = await openJudge({ threads: 1 });
    benchmarked = await run();
  });
  afterAll(async () => {
    await judge.release();
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('then every variant and the copy-paste baseline are measured', () => {
    const [story] = benchmarked;
    expect([...(story?.variants.keys() ?? [])]).toEqual(['plain', 'all', 'copy-paste']);
    for (const { measures, shots } of story?.variants.values() ?? []) {
      expect(shots).toHaveLength(2);
      expect(measures.occm).toBeGreaterThanOrEqual(0);
      expect(Object.values(measures).every((value) => value === null || Number.isFinite(value))).toBe(true);
    }
    // the casting, further pictures, and two variants
    expect(draws).toBe(4);
  });

  it('given the same again, then nothing is drawn and all is the same', async () => {
    const before = draws;
    expect(await run()).toEqual(benchmarked);
    expect(draws).toBe(before);
  });

  it('given results, then the report says how many stories of those asked for it has', async () => {
    const results = storyResults(benchmarked, 'all', PROVENANCE);
    expect(results.variants.map(({ variant }) => variant)).toEqual(['plain', 'all', 'copy-paste']);
    expect(results.best).toBe('tale');
    expect(results.variants[0]?.groups.map(({ characters }) => characters)).toEqual([0, 2, 0, 0]);
    const markdown = sectionMarkdown(storiesSection(results, folder));
    expect(markdown).toContain('1 of 2 stories: 2 characters, 2 shots, 1 of them with two on stage');
    expect(markdown).toMatch(/\| OCCM not ↓ \| \d/);
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
    expect(storyResults(benchmarked.map(withoutPictures), 'all', PROVENANCE)).toEqual(results);
    expect((await storySheet(benchmarked[0] as BenchmarkedStory)).subarray(0, 4).toString()).toBe('RIFF');
  });

  it('given canons, then shots in two batches come out as in one, for they look at the canons alone', async () => {
    const { canons } = benchmarked[0] as BenchmarkedStory;
    const anchors = canonsOf(
      STORY,
      castingRequest(STORY, SAMPLING),
      canons,
      DEFAULT_SETTINGS,
      { name: MODEL.name, hash: MODEL.hash },
      SIZE,
    );
    const batches = shotBatches(STORY, STORY.characters, anchors, DEFAULT_SETTINGS, SAMPLING, 1);
    expect(batches.map(({ request }) => request.panels.length)).toEqual([2, 3]);
    const parts: DrawnShots[] = [];
    for (const batch of batches) parts.push(await drawShots(engine, { folder: POCKET, size: SIZE }, batch));
    const { shots } = joinShots(parts);
    const together = benchmarked[0]?.variants.get('all')?.drawn.shots ?? [];
    const apart = shots.map(({ latents }, i) => latentDifference(latents, together[i]?.latents as Float32Array));
    console.info('shots drawn apart and together differ by', Math.max(...apart));
    expect(Math.max(...apart)).toBe(0);
  });

  it('given an engine, then its signature is what it draws: the same again, and another at other steps', async () => {
    const signature = (steps: number) =>
      engineSignatures({ ...SAMPLING, steps }, { engine, model: MODEL })(PLAIN_SETTINGS);
    const [once, again, longer] = [await signature(1), await signature(1), await signature(2)];
    expect(again).toBe(once);
    expect(longer).not.toBe(once);
  });
});
