import { afterAll, beforeAll, expect, test } from 'vitest';
import { SEPARATED, type Separation } from '../../src/engine/consistory/settings.ts';
import { type DrawnStory, drawStory } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { bearPanel, foxPanel, foxStory, latentDifference, pocketPipeline } from '../support/pocket-stories.ts';

const BOTH = {
  ...foxPanel(9),
  concepts: ['rusty', 'bruno'],
  prompt: 'a storybook drawing of a fox and a bear standing in the snow',
};
const panels = [{ ...foxPanel(0), canon: 'fox' }, { ...bearPanel(1), canon: 'bear' }, foxPanel(2), BOTH];
/** What rounding could not do; latents are of order 1. */
const CHANGED = 0.05;

let pipeline: Pipeline;
let paper: DrawnStory;
const draw = (separation: Separation | undefined) => {
  const request = foxStory(panels);
  return drawStory(pipeline, { ...request, settings: { ...request.settings, separation } });
};
beforeAll(async () => {
  pipeline = await pocketPipeline();
  paper = await draw(undefined);
});
afterAll(() => pipeline.release());

test.each([
  ['prompts and tokens apart', SEPARATED],
  ['prompts apart', { ...SEPARATED, sharing: false }],
  ['tokens apart', { ...SEPARATED, prompts: false }],
])(
  'given %s, then the panel with two changes, and panels with one stay the same bit for bit',
  async (_, separation) => {
    const apart = await draw(separation);
    expect(latentDifference(apart, paper, BOTH.id)).toBeGreaterThan(CHANGED);
    expect(apart.panels.slice(0, 3)).toEqual(paper.panels.slice(0, 3));
  },
);

test('given characters apart, then their masks exclude each other', async () => {
  const masksOf = ({ panels }: DrawnStory) => Object.values(panels.at(-1)?.masks ?? {}) as [Uint8Array, Uint8Array];
  const overlap = ([a, b]: [Uint8Array, Uint8Array]) =>
    a.reduce((sum, inside, i) => sum + (inside & (b[i] as number)), 0);
  expect(overlap(masksOf(paper))).toBeGreaterThan(0);
  expect(overlap(masksOf(await draw(SEPARATED)))).toBe(0);
});
