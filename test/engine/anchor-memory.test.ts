import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AnchorCache } from '../../src/engine/anchor-cache.ts';
import { type ConsistencySettings, SEPARATED } from '../../src/engine/consistory/settings.ts';
import { type DrawHooks, type DrawnStory, drawStory, type StoryRequest } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { bearPanel, foxPanel, foxStory, latentDifference, pocketPipeline } from '../support/pocket-stories.ts';

/** A kernel may add up in another order when the batch is of another size. Latents are of order 1. */
const ROUNDING = 1e-3;
const ROOM = 64 * 2 ** 20;

let pipeline: Pipeline;
let rows: number[];
let cache: AnchorCache;
beforeAll(async () => {
  const real = await pocketPipeline();
  const counting = Object.create(real.unet) as Pipeline['unet'];
  counting.run = (batch, feeds) => {
    rows.push(batch.length);
    return real.unet.run(batch, feeds);
  };
  pipeline = { ...real, unet: counting };
});
afterAll(() => pipeline.release());
beforeEach(() => {
  rows = [];
  cache = new AnchorCache(ROOM);
});

const draw = (request: StoryRequest, hooks: Partial<DrawHooks> = {}) => {
  rows = [];
  return drawStory(pipeline, request, { memory: { cache, scope: 'pocket' }, ...hooks });
};

const canon = (panel: ReturnType<typeof foxPanel>, name: string) => ({ ...panel, canon: name });
const fox = [canon(foxPanel(0), 'fox'), canon(foxPanel(1), 'fox')];
const bear = [canon(bearPanel(2), 'bear')];
const both = (id: number) => ({
  ...foxPanel(id),
  concepts: ['rusty', 'bruno'],
  prompt: 'a storybook drawing of a fox and a bear standing in the snow',
});

function expectSame(what: string, a: DrawnStory, b: DrawnStory): void {
  expect(a.panels.map(({ id }) => id)).toEqual(b.panels.map(({ id }) => id));
  const largest = Math.max(...a.panels.map(({ id }) => latentDifference(a, b, id)));
  console.info(`${what}: maximal difference of latents ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(ROUNDING);
  expect(a.panels.map(({ masks }) => masks)).toEqual(b.panels.map(({ masks }) => masks));
}

const settingsOf = (change: (s: ConsistencySettings) => ConsistencySettings) => change(foxStory([]).settings);
const MODES = {
  'a whole first pass': settingsOf((s) => s),
  'a look ahead': settingsOf((s) => ({
    ...s,
    featureInjection: s.featureInjection && { ...s.featureInjection, lookahead: 2 },
  })),
  'nothing injected': settingsOf((s) => ({ ...s, featureInjection: undefined })),
};

describe.each(Object.entries(MODES))('given %s, and anchors that an earlier story drew', (_, settings) => {
  it('then a new panel is what it is beside the anchors, from its own rows alone', async () => {
    await draw(foxStory([...fox, foxPanel(5)], { settings }));
    const request = foxStory([...fox, foxPanel(6)], { settings });
    const remembered = await draw(request);
    expect(Math.max(...rows)).toBe(2); // with and without prompt, or one of them and its twin while queries are blended
    const fresh = await drawStory(pipeline, request);
    expectSame('one new panel', remembered, fresh);
  });
});

describe('given two characters with a canon each', () => {
  it('then a panel with both looks at anchors from two stories', async () => {
    await draw(foxStory([...fox, foxPanel(5)]));
    await draw(foxStory([...bear, bearPanel(5)]));
    const request = foxStory([...fox, ...bear, both(7), both(8)]);
    const remembered = await draw(request);
    expect(Math.max(...rows)).toBe(4);
    expectSame('two new panels', remembered, await drawStory(pipeline, request));
  });

  it('then anchors that show both, kept apart, are remembered with whose their tokens are', async () => {
    const settings = settingsOf((s) => ({ ...s, separation: SEPARATED }));
    const pair = [
      canon(both(0) as ReturnType<typeof foxPanel>, 'pair'),
      canon(both(1) as ReturnType<typeof foxPanel>, 'pair'),
    ];
    await draw(foxStory([...pair, both(5)], { settings }));
    const request = foxStory([...pair, both(7)], { settings });
    const remembered = await draw(request);
    expect(Math.max(...rows)).toBe(2);
    const fresh = await drawStory(pipeline, request);
    expectSame('a panel with two', remembered, fresh);
    const together = await drawStory(pipeline, { ...request, settings: settingsOf((s) => s) });
    expect(latentDifference(fresh, together, 7)).toBeGreaterThan(100 * ROUNDING);
  });

  it('then the known ones are remembered while the new ones are drawn and recorded', async () => {
    await draw(foxStory([...fox, foxPanel(5)]));
    const request = foxStory([...fox, ...bear, both(7)]);
    const mixed = await draw(request);
    expect(Math.max(...rows)).toBe(4); // the bear's anchor and the panel
    expectSame('one known group, one new', mixed, await drawStory(pipeline, request));
    await draw(request);
    expect(Math.max(...rows)).toBe(2);
  });
});

describe('given a story without canons', () => {
  it('then its first panels are remembered for one more panel, whatever name they get as anchors', async () => {
    const panels = [0, 1, 2].map((id) => foxPanel(id));
    const story = await draw(foxStory(panels));
    const again = foxStory([...panels.slice(0, 2).map((p) => canon(p, 'story 1')), { ...foxPanel(2), revision: 1 }]);
    const redrawn = await draw(again);
    expect(Math.max(...rows)).toBe(2);
    expect(redrawn.panels.slice(0, 2)).toEqual(story.panels.slice(0, 2));
    expectSame('a redraw', redrawn, await drawStory(pipeline, again));
  });
});

describe('given anchors that would come out otherwise', () => {
  const known = foxStory([...fox, foxPanel(5)]);
  let drawn: AnchorCache;
  beforeAll(async () => {
    cache = new AnchorCache(ROOM);
    await draw(known);
    drawn = cache;
  });

  /** rows of the first run: 4 and more if the anchors are among them, 2 if they are remembered */
  async function firstRows(request: StoryRequest): Promise<number | undefined> {
    const enough = new Error('enough was seen');
    cache = drawn;
    const progress: DrawHooks['progress'] = ({ phase, done }) => {
      if (phase === 'sample' && done === 1) throw enough;
    };
    await expect(draw(request, { progress })).rejects.toBe(enough);
    return rows[0];
  }

  it('given the same, then they are not drawn', async () => {
    expect(await firstRows(known)).toBe(2);
  });

  it.each<[string, StoryRequest]>([
    ['another seed', { ...known, panels: known.panels.map((panel) => ({ ...panel, seed: 99n })) }],
    ['other steps', { ...known, steps: 6 }],
    ['another guidance', { ...known, guidance: 5 }],
    ['another sampler', { ...known, sampler: 'euler' }],
    ['other settings', { ...known, settings: { ...known.settings, maskDropout: 0.25 } }],
    ['other words for the subject', { ...known, concepts: [{ name: 'rusty', words: 'scarf' }] }],
  ])('given %s, then they are drawn', async (_what, request) => {
    expect(await firstRows(request)).toBe(6);
  });
});

describe('given little room', () => {
  it('then nothing is remembered, and stories are drawn as ever', async () => {
    cache = new AnchorCache(1000);
    const request = foxStory([...fox, foxPanel(5)]);
    const story = await draw(request);
    const again = await draw(request);
    expect(Math.max(...rows)).toBe(6);
    expect(again.panels).toEqual(story.panels);
  });

  it('then the anchors that were not asked for the longest are forgotten', async () => {
    await draw(foxStory([...fox, foxPanel(5)]));
    const [room] = [cache].map((each) => each.bytes);
    cache = new AnchorCache(Math.floor((room as number) * 1.5));
    await draw(foxStory([...fox, foxPanel(5)]));
    await draw(foxStory([...bear, bearPanel(5)]));
    await draw(foxStory([...bear, bearPanel(6)]));
    expect(Math.max(...rows)).toBe(2);
    expect(cache.bytes).toBeLessThanOrEqual(cache.mostBytes);
  });
});

it('given previews, then remembered anchors are in their places', async () => {
  const first = await draw(foxStory([...fox, foxPanel(5)]));
  const seen: number[] = [];
  await draw(foxStory([...fox, foxPanel(6)]), {
    previewEvery: 2,
    preview: (images) => {
      seen.push(images.length);
      expect(images.slice(0, 2)).toEqual(first.panels.slice(0, 2).map(({ image }) => image));
    },
  });
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set([3]));
});
