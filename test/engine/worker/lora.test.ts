import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { type Engine, startEngine } from '../../../src/engine/worker/engine-client.ts';
import type { LoraChoice } from '../../../src/engine/worker/messages.ts';
import { MODEL, NO_EXTRAS, OPTIONS, rejection, STORY } from '../../support/engine-thread.ts';
import { POCKET } from '../../support/fixtures.ts';
import { latentDifference } from '../../support/pocket-stories.ts';
import { temporaryFolder } from '../../support/story-runs.ts';
import { toyLora, writeTensors } from '../../support/toy-loras.ts';

/** Latents spread by about 1; two graphs that compute the same round differently. */
const ROUNDING = 1e-4;

let engine: Engine;
let place: ReturnType<typeof temporaryFolder>;
let noir: string;
let ink: string;
beforeAll(() => {
  engine = startEngine(OPTIONS);
  place = temporaryFolder();
  const pocket = openModelFolder(POCKET);
  noir = writeTensors(place.at('noir.safetensors'), toyLora(pocket));
  ink = writeTensors(place.at('ink.safetensors'), toyLora(pocket, { seed: 2n, modules: /\.ff\./u }));
});
afterAll(async () => {
  await engine.close();
  place.remove();
});

async function draw(...loras: LoraChoice[]) {
  let loads = 0;
  const drawn = await engine.draw({ ...MODEL, loras }, STORY, NO_EXTRAS, {
    loaded: () => {
      loads++;
    },
  });
  return { drawn, loads };
}

describe('given LoRAs with a story', () => {
  it('then one load serves all weights; weight 0 draws as without, others something else, and each again the same', async () => {
    const without = await draw();
    const none = await draw({ file: noir, weight: 0 }, { file: ink, weight: 0 });
    const half = await draw({ file: noir, weight: 0.5 }, { file: ink, weight: 0 });
    const full = await draw({ file: noir, weight: 1 }, { file: ink, weight: 0 });
    const both = await draw({ file: noir, weight: 1 }, { file: ink, weight: -1 });
    const again = await draw({ file: noir, weight: 0.5 }, { file: ink, weight: 0 });
    expect([without, none, half, full, both, again].map(({ loads }) => loads)).toEqual([1, 1, 0, 0, 0, 0]);
    const difference = (a: typeof none, b: typeof none) => latentDifference(a.drawn, b.drawn, 0);
    console.info(`weight 0: ${difference(without, none)}, weight 1: ${difference(without, full)}`);
    expect(difference(without, none)).toBeLessThan(ROUNDING);
    for (const [a, b] of [
      [none, half],
      [half, full],
      [full, both],
    ] as const) {
      expect(difference(a, b)).toBeGreaterThan(100 * ROUNDING);
    }
    expect(again.drawn.panels).toEqual(half.drawn.panels);
  });

  it('then a file that was written anew is read anew', async () => {
    const file = place.at('growing.safetensors');
    fs.copyFileSync(noir, file);
    const before = await draw({ file, weight: 1 });
    fs.copyFileSync(ink, file);
    const after = await draw({ file, weight: 1 });
    expect([before.loads, after.loads]).toEqual([1, 1]);
    expect(latentDifference(before.drawn, after.drawn, 0)).toBeGreaterThan(100 * ROUNDING);
  });

  it('then one that does not fit is refused by its name, and the next story is drawn', async () => {
    const file = writeTensors(place.at('odd.safetensors'), {
      'lora_unet_double_blocks_0.lora_down.weight': { type: 'float32', shape: [1, 1], data: Float32Array.of(1) },
    });
    expect(await rejection(draw({ file, weight: 1 }))).toMatchObject({ code: 'lora-unmatched' });
    expect((await draw()).drawn.panels).toHaveLength(STORY.panels.length);
  });
});
