import { drawStory } from '../engine/draw-story.ts';
import { loadPipeline } from '../engine/pipeline/load-pipeline.ts';
import { openModelFolder } from '../engine/weights/model-folder.ts';
import { type Bench, type Check, farthest, providersOf } from './check.ts';
import { POCKET, readFixture, tensorOf } from './oracle-fixtures.ts';
import { ORACLE_STORY, ORACLE_STORY_SIZE } from './oracle-story.ts';

/**
 * Of finished latents, which are of order 1 to 4. In float32 on the CPU errors grow from 3e-6 over six guided steps, each
 * of which sees those before it; where products are rounded, a patch at the edge of a mask may fall to the other side,
 * and what is injected there changes: the mean says whether it is the same picture.
 */
const EXACT = 2e-4;
const MEAN_WHEN_ROUNDED = 0.02;
/** Patches of the subjects' masks that may fall to the other side, where products are rounded. */
const MASKS_WHEN_ROUNDED = 0.02;

export const STORY: Check = {
  name: 'a story, both passes',
  inHalf: true,
  run: async ({ provider, compute, threads }: Bench) => {
    const fixture = readFixture('consistory', 'story.safetensors');
    const { shape, data } = tensorOf(fixture, 'last'); // [steps, N, C, H, W]
    const size = data.length / (shape[0] as number);
    const wanted = (data as Float32Array).subarray(-size);
    const options = { providers: providersOf(provider), threads, compute, size: ORACLE_STORY_SIZE };
    const pipeline = await loadPipeline(openModelFolder(POCKET), options);
    try {
      const { panels, trace } = await drawStory(pipeline, ORACLE_STORY, { trace: true });
      const latents = Float32Array.from(panels.flatMap((panel) => [...panel.latents]));
      const difference = farthest(latents, wanted);
      const mean = latents.reduce((sum, value, i) => sum + Math.abs(value - (wanted[i] as number)), 0) / size;
      const masks = ORACLE_STORY.panels.flatMap(({ concepts }, panel) =>
        concepts.flatMap((concept) => {
          const mask = trace?.panels[panel]?.firstMasks[concept] as Uint8Array;
          const stored = tensorOf(fixture, `mask_${concept}`).data.subarray(panel * mask.length);
          return [...mask].map((inside, i) => Number(inside !== Number(stored[i])));
        }),
      );
      const astray = masks.reduce((sum, wrong) => sum + wrong, 0);
      const exact = provider === 'cpu' && compute === 'float32';
      return [
        exact
          ? { name: 'latents', difference, tolerance: EXACT }
          : {
              name: 'latents, mean',
              difference: mean,
              tolerance: MEAN_WHEN_ROUNDED,
              note: `at most ${difference.toFixed(2)}`,
            },
        {
          name: 'masks',
          difference: astray / masks.length,
          tolerance: exact ? 0 : MASKS_WHEN_ROUNDED,
          note: `${astray} of ${masks.length} patches`,
        },
      ];
    } finally {
      await pipeline.release();
    }
  },
};
