import { describe, expect, test } from 'vitest';
import type { StoryRequest } from '../../../src/engine/draw-story.ts';
import type { Engine } from '../../../src/engine/worker/engine-client.ts';
import type { ModelChoice } from '../../../src/engine/worker/messages.ts';
import {
  drawPrompts,
  type LocalisationPlan,
  picturesAtOnce,
} from '../../../src/evaluation/localisation/draw-prompts.ts';
import { localisationPrompts } from '../../../src/evaluation/localisation/prompts.ts';
import { ResultCache } from '../../../src/evaluation/result-cache.ts';
import { ownFolder } from '../../support/model-copies.ts';
import { solidPanel } from '../../support/solid-panels.ts';

const grid = (side: number) => ({ height: side, width: side });
const plan: LocalisationPlan = {
  prompts: localisationPrompts('a photo of', { 1: 3 }),
  seed: 1n,
  steps: 2,
  guidance: 5,
  window: 8,
  atOnce: 1,
  resolutions: 'all',
};
const model: ModelChoice = { folder: 'sdxl', size: { width: 1024, height: 1024 } };

/** Draws plain pictures, with the number of the panel for attention; stops at a number of stories. */
function engineUntil(most: number) {
  const drawn: string[] = [];
  const draw = async ({ maskResolution = 4 }: ModelChoice, { panels, concepts }: StoryRequest) => {
    if (drawn.length === most) throw new Error('stopped');
    drawn.push(`${panels.map(({ id }) => id)} at ${maskResolution}`);
    return {
      maskGrid: grid(maskResolution),
      panels: panels.map(({ id }) => ({ image: solidPanel(id, 8) })),
      trace: {
        attentionGrids: [grid(2), grid(4)],
        panels: panels.map(({ id }) => ({
          attentionByStep: Object.fromEntries(concepts.map(({ name }) => [name, [[Float32Array.of(id)]]])),
        })),
      },
    };
  };
  return { drawn, engine: { draw } as unknown as Engine };
}

describe('given a run that was stopped', () => {
  test('then it goes on with the next picture, and says how many there will be', async () => {
    const cache = new ResultCache(ownFolder());
    const lines: (string | number)[] = [];
    const progress = { planned: (n: number) => lines.push(n), drawn: (what: string) => lines.push(what) };
    const run = ({ engine }: ReturnType<typeof engineUntil>, own = plan) =>
      drawPrompts(own, { engine, model, cache, drawnBy: 'me', progress });
    const first = engineUntil(2);
    await expect(run(first)).rejects.toThrow('stopped');
    const second = engineUntil(10);
    const { images, attention, grids } = await run(second);
    expect([...first.drawn, ...second.drawn]).toEqual(['1 at 4', '2 at 4', '3 at 4', '1 at 2', '2 at 2', '3 at 2']);
    expect(lines.slice(0, 2)).toEqual([6, 'pictures 1 of 3 with attention at 4 x 4']);
    expect(grids).toEqual([grid(2), grid(4)]);
    for (const side of [2, 4]) {
      const maps = attention.get(side)?.map((each) => Object.values(each)[0]);
      expect(maps).toEqual([1, 2, 3].map((id) => [[Float32Array.of(id)]]));
    }
    expect(images.map(({ rgb }) => [...rgb])).toEqual([1, 2, 3].map((id) => [...solidPanel(id, 8).rgb]));

    const own = engineUntil(0);
    expect((await run(own, { ...plan, resolutions: 'own' })).grids).toEqual([grid(4)]);
    expect(own.drawn).toEqual([]);
  });
});

test('given an engine that reads masks where nothing is shared, then that resolution is among those compared', async () => {
  const { engine } = engineUntil(10);
  const draw = async (...args: Parameters<Engine['draw']>) => ({ ...(await engine.draw(...args)), maskGrid: grid(3) });
  const progress = { planned: () => {}, drawn: () => {} };
  const deps = { model, cache: new ResultCache(ownFolder()), drawnBy: 'me', progress };
  const { own, grids } = await drawPrompts(plan, { engine: { ...engine, draw }, ...deps });
  expect([own, grids]).toEqual([grid(3), [2, 3, 4].map(grid)]);
});

test('given larger pictures, then fewer are drawn at once', () => {
  expect([128, 256, 512, 1024].map((side) => picturesAtOnce({ width: side, height: side }))).toEqual([10, 2, 1, 1]);
});
