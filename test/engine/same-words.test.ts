import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { type DrawnPanel, type DrawnStory, drawStory } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { foxPanel, pocketPipeline } from '../support/pocket-stories.ts';

/** What the pocket model was made for: two foxes have to be apart in it. */
const SIZE = { width: 128, height: 128 };
const STEPS = 12;
const FOXES = ['red', 'white'] as const;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await pocketPipeline(SIZE);
});
afterAll(() => pipeline.release());

/** A red and a white fox in every panel. */
function twoFoxes(isDescribed: boolean): Promise<DrawnStory> {
  const scenes = ['standing in the forest', 'in the snow'];
  const panels = scenes.map((scene, id) =>
    foxPanel(id, {
      seed: 5n,
      concepts: FOXES,
      prompt: `a storybook drawing of a red fox and a white fox ${scene}`,
    }),
  );
  const concepts = FOXES.map((name) => ({ name, words: 'fox', ...(isDescribed && { looks: `a ${name} fox` }) }));
  return drawStory(pipeline, { panels, concepts, settings: DEFAULT_SETTINGS, steps: STEPS, guidance: 4 });
}

/** Patches of both masks as a share of those of any. */
function overlap({ masks: { red, white } }: DrawnPanel): number {
  const [a, b] = [red as Uint8Array, white as Uint8Array];
  const count = (has: (token: number) => unknown) => a.reduce((sum, _, token) => sum + (has(token) ? 1 : 0), 0);
  return count((token) => a[token] && b[token]) / count((token) => a[token] || b[token]);
}

/** How much more red than blue there is under a mask, of 255. */
function redness({ image: { rgb, width, height }, masks }: DrawnPanel, fox: string, side: number): number {
  const mask = masks[fox] as Uint8Array;
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[Math.floor((y * side) / height) * side + Math.floor((x * side) / width)]) continue;
      const at = (y * width + x) * 3;
      sum += (rgb[at] as number) - (rgb[at + 2] as number);
      count++;
    }
  }
  return sum / count;
}

test('given two foxes in one panel, then the looks of each tell which is its own, and its mask is on that one', async () => {
  const drawn = await twoFoxes(true);
  for (const panel of drawn.panels) {
    const [red, white] = FOXES.map((fox) => redness(panel, fox, drawn.maskGrid.width)) as [number, number];
    console.info(
      `masks overlap by ${overlap(panel).toFixed(2)}; redness ${red.toFixed(0)} under the red fox's, ${white.toFixed(0)} under the white one's`,
    );
    expect(overlap(panel)).toBeLessThan(0.1);
    expect(red).toBeGreaterThan(white + 40);
  }
});

test('given nothing that tells them apart, then both have the masks of both', async () => {
  for (const panel of (await twoFoxes(false)).panels) expect(overlap(panel)).toBe(1);
});
