import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnStory, drawStory } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { SAMPLERS } from '../../src/engine/schedulers/sampler-names.ts';
import { foxPanel, foxStory, latentDifference, pocketPipeline } from '../support/pocket-stories.ts';

/** least difference between pictures that are drawn otherwise; latents are of order 1 */
const VISIBLE = 1e-2;
/** one prediction differs by 3e-6 between batches (test/engine/graph); five steps in two passes carry that on */
const ROUNDING = 1e-4;
/** the least guidance above 1, for float32 the same as 1 */
const JUST_GUIDED = 1 + Number.EPSILON;

const PANELS = [foxPanel(0), foxPanel(1), foxPanel(2)];
const TWO = PANELS.slice(0, 2);

let pipeline: Pipeline;
/** drawn by the sampler that the pocket model names, DDIM */
let own: DrawnStory;
beforeAll(async () => {
  pipeline = await pocketPipeline();
  own = await drawStory(pipeline, foxStory(TWO));
});
afterAll(() => pipeline.release());

/** The same pipeline, that counts the rows which its U-Net is asked for. */
function counting(): { pipeline: Pipeline; rows: number[]; negatives: number } {
  const counted = { pipeline, rows: [] as number[], negatives: 0 };
  const { unet } = pipeline;
  counted.pipeline = {
    ...pipeline,
    unet: {
      latentShape: unet.latentShape,
      maskGrid: unet.maskGrid,
      sharedLevels: unet.sharedLevels,
      injectGrid: unet.injectGrid,
      diftGrid: unet.diftGrid,
      memoryLayers: unet.memoryLayers,
      features: (rows) => unet.features(rows),
      run: (rows, feeds) => {
        counted.rows.push(rows.length);
        return unet.run(rows, feeds);
      },
    },
    encodeNegatives: (prompts) => {
      counted.negatives += prompts.length;
      return pipeline.encodeNegatives(prompts);
    },
  };
  return counted;
}

describe('given a guidance of 1, with all of the method', () => {
  it('then without uncond rows the story is the one with them, within rounding, for half of the rows', async () => {
    const without = counting();
    const withThem = counting();
    const a = await drawStory(without.pipeline, foxStory(PANELS, { guidance: 1 }));
    const b = await drawStory(withThem.pipeline, foxStory(PANELS, { guidance: JUST_GUIDED }));
    const difference = Math.max(...PANELS.map(({ id }) => latentDifference(a, b, id)));
    console.info(`guidance 1 without and with uncond rows: maximal difference ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(ROUNDING);
    const total = ({ rows }: { rows: readonly number[] }) => rows.reduce((sum, each) => sum + each, 0);
    expect(2 * total(without)).toBe(total(withThem));
    for (const { rows } of [without, withThem]) expect(Math.max(...rows)).toBe(2 * PANELS.length); // twins, or both halves
    expect([without.negatives, withThem.negatives]).toEqual([0, 1]);
    expect(a.panels.map((panel) => panel.masks)).toEqual(b.panels.map((panel) => panel.masks));
  });

  it('then guidance 0, which few-step models are told, is the same', async () => {
    const one = await drawStory(pipeline, foxStory(TWO, { guidance: 1 }));
    expect((await drawStory(pipeline, foxStory(TWO, { guidance: 0 }))).panels).toEqual(one.panels);
  });
});

describe.each(SAMPLERS)('given the sampler %s', (sampler) => {
  it('then a story replays bit for bit, and looks otherwise than by the model’s own', async () => {
    const story = foxStory(TWO, { sampler });
    const [first, again] = [await drawStory(pipeline, story), await drawStory(pipeline, story)];
    expect(again.panels).toEqual(first.panels);
    for (const { latents } of first.panels) expect(latents.every(Number.isFinite)).toBe(true);
    if (sampler === 'ddim') expect(own.panels).toEqual(first.panels);
    else expect(latentDifference(first, own, 0)).toBeGreaterThan(VISIBLE);
  });
});
