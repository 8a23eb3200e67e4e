import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnetRow } from '../../../src/engine/consistory/unet-rows.ts';
import { loadPipeline, type Pipeline } from '../../../src/engine/pipeline/load-pipeline.ts';
import { packRows } from '../../../src/engine/pipeline/unet-session.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { POCKET } from '../../support/fixtures.ts';
import { pocketPipeline, SMALL } from '../../support/pocket-stories.ts';

const OPTIONS = { providers: ['cpu'], threads: 1, compute: 'float32', size: SMALL } as const;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await pocketPipeline();
});
afterAll(() => pipeline.release());

describe('given prompts', () => {
  it('then a prompt is encoded alike alone and among others', async () => {
    const [alone] = await pipeline.encode(['a fox']);
    const [, among] = await pipeline.encode(['a bear in the snow', 'a fox']);
    expect(among).toEqual(alone);
  });

  it('then no negative prompt is the prompt "" where the model does not say otherwise', async () => {
    expect(await pipeline.encodeNegatives(['', 'rain'])).toEqual(await pipeline.encode(['', 'rain']));
  });

  it('then no negative prompt is zeros where the model says so (SDXL), and one that is given is encoded', async () => {
    const zeroing = await loadPipeline({ ...openModelFolder(POCKET), forceZerosForEmptyPrompt: true }, OPTIONS);
    const [none, rain] = await zeroing.encodeNegatives(['', 'rain']);
    const [asPrompt] = await zeroing.encode(['']);
    const [wanted] = await pipeline.encode(['rain']);
    await zeroing.release();
    expect(none?.hidden).toEqual(new Float32Array(wanted?.hidden.length ?? 0));
    expect(none?.pooled).toEqual(new Float32Array(wanted?.pooled.length ?? 0));
    expect(rain).toEqual(wanted);
    expect(asPrompt?.hidden.some((value) => value !== 0)).toBe(true);
  });
});

describe('given rows for the U-Net', () => {
  const rows = async (columns: readonly (readonly number[])[]): Promise<UnetRow[]> => {
    const text = (await pipeline.encode(['a fox']))[0] as UnetRow['text'];
    const [channels, height, width] = pipeline.unet.latentShape;
    return columns.map((own, i) => ({
      latents: Float32Array.from({ length: channels * height * width }, (_, at) => Math.sin(at * (i + 1))),
      timestep: 500 - 100 * i,
      text,
      columns: own,
    }));
  };

  it('that ask for different numbers of columns, then each gets its own first', async () => {
    const { maskGrid } = pipeline.unet;
    const size = maskGrid.height * maskGrid.width;
    const { attention, noise } = await pipeline.unet.run(await rows([[2, 1], [], [1]]));
    const [both, none, one] = await Promise.all([
      pipeline.unet.run((await rows([[2, 1]])).slice(0, 1)),
      pipeline.unet.run((await rows([[], []])).slice(1)),
      pipeline.unet.run((await rows([[], [], [1]])).slice(2)),
    ]);
    expect(attention[0]).toEqual(both.attention[0]);
    expect(attention[2]?.slice(0, size)).toEqual(one.attention[0]);
    expect(noise).toEqual([both.noise[0], none.noise[0], one.noise[0]]);
    for (const image of attention) expect(Math.max(...image)).toBeLessThanOrEqual(1);
  });

  it('of different lengths, then they are refused', () => {
    expect(() => packRows([new Float32Array(2), new Float32Array(3)])).toThrow(/row 1 has 3/);
  });
});

describe('given a size that the model can not draw', () => {
  it.each([
    ['that the autoencoder does not divide', { width: 66, height: 64 }, 'picture-size'],
    ['that the levels can not halve', { width: 68, height: 64 }, expect.any(String)],
  ])('%s, then it is refused', async (_, size, code) => {
    await expect(loadPipeline(openModelFolder(POCKET), { ...OPTIONS, size })).rejects.toMatchObject({
      name: 'UserError',
      code,
    });
  });
});
