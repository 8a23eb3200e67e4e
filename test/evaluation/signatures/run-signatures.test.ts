import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnStory, StoryRequest } from '../../../src/engine/draw-story.ts';
import type { Engine } from '../../../src/engine/worker/engine-client.ts';
import { ResultCache } from '../../../src/evaluation/result-cache.ts';
import { PROVOCATIONS, SIGNATURE_STORIES } from '../../../src/evaluation/signatures/provocations.ts';
import { runSignatures } from '../../../src/evaluation/signatures/run-signatures.ts';

const SIDE = 16;
const GRID = { height: 4, width: 4 };
const SAMPLING = { promptPrefix: 'a storybook drawing of', steps: 20, guidance: 4 };

/** Draws flat panels: of one colour where attention is shared, of a colour each where it isn't. */
function flatStory({ panels, settings }: StoryRequest): DrawnStory {
  const mask = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0));
  const colourOf = (i: number) => (settings.sharedAttention ? 120 : 60 * i);
  return {
    panels: panels.map(({ id, concepts }, i) => ({
      id,
      image: { width: SIDE, height: SIDE, rgb: new Uint8Array(SIDE * SIDE * 3).fill(colourOf(i)) },
      latents: new Float32Array(4 * 16).fill(i),
      masks: { [concepts[0] as string]: mask },
      truncatedWords: [],
    })),
    latentShape: [4, 4, 4],
    maskGrid: GRID,
    timings: {},
    trace: {
      maskGrid: GRID,
      injectGrid: GRID,
      diftGrid: GRID,
      panels: [],
      correspondences: [],
      injected: [],
    } as unknown as DrawnStory['trace'],
  };
}

describe('runSignatures', () => {
  let folder: string;
  const requests: StoryRequest[] = [];
  const engine = {
    draw: async (_model: unknown, request: StoryRequest) => {
      requests.push(request);
      return flatStory(request);
    },
  } as unknown as Engine;
  const run = () =>
    runSignatures(
      { stories: SIGNATURE_STORIES.slice(0, 2), sampling: SAMPLING, pocketDaylight: false },
      {
        engine,
        model: { folder: 'models/pocket', size: { width: SIDE, height: SIDE } },
        cache: new ResultCache(folder),
        drawnBy: async () => 'this code',
      },
      { progress: () => undefined, drawn: async () => undefined },
    );

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-signatures-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('given two stories, then each is drawn in every way, and they are of different halves', async () => {
    const observations = await run();
    const ways = PROVOCATIONS.flatMap(({ name, seeds = 1 }) => Array<string>(seeds).fill(name));
    expect(observations.map(({ drawn }) => drawn)).toEqual([...ways, ...ways]);
    const normal = observations.filter(({ drawn }) => drawn === 'normal').map(({ seed }) => seed);
    expect(normal).toEqual(['701', '801', '901', '702', '802', '902']);
    expect(new Set(observations.map(({ story, half }) => `${story} ${half}`))).toEqual(
      new Set(['fox choosing', 'cat testing']),
    );
    expect(requests.slice(0, ways.length).map(({ steps }) => steps)).toEqual(
      PROVOCATIONS.flatMap(({ steps = 20, seeds = 1 }) => Array<number>(seeds).fill(steps)),
    );
    const score = (drawn: string) =>
      observations.find((observation) => observation.drawn === drawn)?.scores['inconsistent-subject'];
    expect(score('normal')).toBeCloseTo(0, 12);
    expect(score('nothing shared')).toBeGreaterThan(0.9);
  });

  it('given the same noise for all, then all panels name the first one’s, and keep their own ids', () => {
    const same = requests.find(({ panels }) => panels[1]?.noiseOf !== undefined);
    expect(same?.panels.map(({ id, noiseOf }) => [id, noiseOf])).toEqual([1, 2, 3, 4].map((id) => [id, 1]));
    expect(same?.settings).toMatchObject({ sharedTokens: 'all', maskDropout: 0, queryBlending: undefined });
  });

  it('given results in the folder, then nothing is drawn again', async () => {
    const before = requests.length;
    await run();
    expect(requests).toHaveLength(before);
  });
});
