import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../src/bench/agreement.ts';
import { benchmarkStory, redrawStory } from '../../src/bench/benchmark-story.ts';
import { rivalTask } from '../../src/bench/rival-task.ts';
import { closure, sharingEdges } from '../../src/engine/consistory/stage.ts';
import type { DrawnStory } from '../../src/engine/draw-story.ts';
import { normalNoise, randomStream } from '../../src/engine/random/random-stream.ts';
import { openModel } from '../../src/engine/weights/open-model.ts';

const model = openModel('models/pocket');
const grid = (side: number) => ({ height: side, width: side });
const UNET = {
  latentShape: [4, 32, 32] as const,
  maskGrid: grid(16),
  injectGrid: grid(16),
  sharedLevels: [grid(8), grid(16)],
};

describe('the task of a rival', () => {
  const story = benchmarkStory(model, 'exact', { panels: 3, steps: 4 });
  const task = rivalTask(model.dir, story, UNET);

  it('given a story, then the rival gets the noise that the engine would draw', () => {
    const size = 4 * 32 * 32;
    const third = normalNoise(randomStream({ seed: 7n, purpose: 'latents', panel: 2, revision: 0 }), size);
    expect(task.shape).toEqual([3, 4, 32, 32]);
    expect(task.draws.latents.slice(2 * size)).toEqual(third);
    expect(task.draws.dift).not.toEqual(task.draws.latents);
  });

  it('given mask dropout, then about half of the tokens of each step and panel are kept', () => {
    const { kept } = task.draws;
    expect(kept).toHaveLength(4 * 3 * (8 * 8 + 16 * 16));
    expect(kept.reduce((a, b) => a + b, 0) / kept.length).toBeCloseTo(0.5, 1);
  });

  it('given any panel, then its prompt names the subject that the rival looks for', () => {
    for (const prompt of task.prompts) expect(prompt.split(' ')).toContain(task.subject);
  });
});

describe('another take of a panel', () => {
  it('given the canon’s anchors, then they look at each other and nobody looks at the new take', () => {
    const { panels, settings } = redrawStory(model, 'onepass', 4);
    const edges = sharingEdges(panels, settings.anchors);
    expect(closure(edges, [0, 1])).toEqual([0, 1]);
    expect(edges.filter(({ viewer }) => viewer === 2).map(({ source }) => source)).toEqual([0, 1]);
  });
});

describe('how alike two programs drew', () => {
  const ours = {
    panels: [
      {
        latents: Float32Array.of(1, -1),
        image: { width: 1, height: 1, rgb: Uint8Array.of(10, 20, 30) },
        masks: { fox: Uint8Array.of(1, 1, 0, 0) },
      },
    ],
  } as unknown as DrawnStory;

  it('given other latents, pixels and masks, then each difference is told in its own scale', () => {
    const theirs = {
      latents: Float32Array.of(1, -0.5),
      pictures: Uint8Array.of(10, 23, 30),
      masks: Uint8Array.of(1, 0, 1, 0),
    };
    expect(agreementOf(ours, 'fox', theirs)).toEqual({
      latents: 0.5,
      relative: Math.sqrt(0.25 / 2),
      levels: { mean: 1, greatest: 3 },
      masks: 1 / 3,
    });
  });

  it('given a rival without masks, then there is nothing to overlap', () => {
    const theirs = { latents: Float32Array.of(1, -1), pictures: Uint8Array.of(10, 20, 30), masks: new Uint8Array() };
    expect(agreementOf(ours, 'fox', theirs)).toMatchObject({ latents: 0, masks: undefined });
  });
});
