import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import type { StoryRequest } from '../../src/engine/draw-story.ts';
import type { Engine } from '../../src/engine/worker/engine-client.ts';
import { drawingSignatures, sampleSize, signAll } from '../../src/evaluation/drawing-signature.ts';

const MODEL = { folder: 'models/pocket', size: { width: 128, height: 128 } };

/** An engine whose latents are all `value`, and that counts what it draws. */
function engineOf(value: number): { readonly engine: Engine; readonly requests: StoryRequest[] } {
  const requests: StoryRequest[] = [];
  const draw = async (_: unknown, request: StoryRequest) => {
    requests.push(request);
    return { panels: request.panels.map(() => ({ latents: new Float32Array(4).fill(value) })) };
  };
  return { engine: { draw } as unknown as Engine, requests };
}

describe('drawingSignatures', () => {
  it('given the same settings twice, then the sample is drawn once', async () => {
    const { engine, requests } = engineOf(1);
    const sign = drawingSignatures(engine, MODEL, 'hash');
    const [one, again] = await Promise.all([sign(DEFAULT_SETTINGS), sign({ ...DEFAULT_SETTINGS })]);
    expect(one).toBe(again);
    expect(requests.map(({ settings }) => settings)).toEqual([DEFAULT_SETTINGS]);
    await sign(PLAIN_SETTINGS);
    expect(requests).toHaveLength(2);
  });

  it('given latents that differ in their last bit, or another model, then another name; given neither, then the same', async () => {
    const nameOf = (value: number, hash = 'hash') =>
      drawingSignatures(engineOf(value).engine, MODEL, hash)(PLAIN_SETTINGS);
    expect(await nameOf(1)).toBe(await nameOf(1));
    expect(await nameOf(1)).not.toBe(await nameOf(1 + 2 ** -23));
    expect(await nameOf(1)).not.toBe(await nameOf(1, 'other'));
  });

  it('given all settings at once, then each sample is drawn once and counted', async () => {
    const { engine, requests } = engineOf(1);
    const told: string[] = [];
    const sign = drawingSignatures(engine, MODEL, 'hash');
    const settings = [PLAIN_SETTINGS, DEFAULT_SETTINGS, PLAIN_SETTINGS];
    await signAll(sign, settings, (done, total) => told.push(`${done}/${total}`));
    expect(told).toEqual(['1/3', '2/3', '3/3']);
    expect(requests).toHaveLength(2);
  });

  it('given large pictures, then samples are drawn in a fraction of their size; small ones as they are', () => {
    expect(sampleSize({ width: 128, height: 96 })).toEqual({ width: 128, height: 96 });
    expect(sampleSize({ width: 1024, height: 1024 })).toEqual({ width: 256, height: 256 });
    expect(sampleSize({ width: 768, height: 1344 })).toEqual({ width: 128, height: 256 });
    expect(sampleSize({ width: 2048, height: 64 })).toEqual({ width: 256, height: 64 });
  });
});
