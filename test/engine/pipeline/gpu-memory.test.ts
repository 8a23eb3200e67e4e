import { afterAll, describe, expect, it } from 'vitest';
import { planFor } from '../../../src/engine/pipeline/memory-estimate.ts';
import { planThatFits } from '../../../src/engine/pipeline/plan-that-fits.ts';
import { residenceOf } from '../../../src/engine/pipeline/residence.ts';
import { openModel } from '../../../src/engine/weights/open-model.ts';
import { refusal } from '../../support/refusal.ts';
import { headerOf, singleFileFixture, writeSparse } from '../../support/single-files.ts';
import { temporaryFolder } from '../../support/story-runs.ts';

const place = temporaryFolder();
afterAll(() => place.remove());
const file = place.at('sdxl.safetensors');
writeSparse(file, headerOf(singleFileFixture('sdxl')));
const sdxl = openModel(file);
const STORY = { size: { width: 1024, height: 1024 }, panels: 1 };
const onGpu = { provider: 'cuda', limit: 12e9 };

/** Of the text encoders, the U-Net and the autoencoder: 817 million, 2.57 billion and 84 million weights. */
const FLOAT32 = { text: 3.27e9, vae: 0.334e9 };
const HALF_UNET = 5.13e9;

describe('given SDXL in half precision on a GPU with memory of its own', () => {
  it('then most of it is there, and the machine holds no more than what is converted on the way', () => {
    const { stages, needed, onDevice } = planFor(sdxl, STORY, onGpu);
    console.info(`${(needed / 1e9).toFixed(1)} GB beside the GPU, ${(onDevice / 1e9).toFixed(1)} GB on it`);
    expect(stages).toEqual([['text', 'unet', 'vae']]);
    expect(onDevice).toBeGreaterThan(FLOAT32.text + HALF_UNET + FLOAT32.vae);
    // the text encoders' single-precision copies (of their tables only rows), which onnxruntime makes before it uploads
    expect(needed).toBeGreaterThan(0.9 * FLOAT32.text);
    expect(needed).toBeLessThan(1.1 * FLOAT32.text);
  });

  it('then a GPU with less memory has the parts one after the other, and one with too little is refused by its name', () => {
    const parts = planFor(sdxl, STORY, { ...onGpu, deviceLimit: 8e9 });
    expect(parts.stages).toEqual([['text'], ['unet'], ['vae']]);
    expect(parts.onDevice).toBeLessThan(8e9);
    const { code, context } = refusal(() => planThatFits(sdxl, STORY, { ...onGpu, deviceLimit: 4e9 }));
    expect(code).toBe('memory-limit');
    expect(context).toMatchObject({ provider: 'cuda', limit: 4e9 });
    expect(context.expected).toContain("4.0 GB of the GPU's memory");
    expect(context.todo).toContain('draw with the provider cpu');
  });

  it('then too little of the machine to load it is refused too', () => {
    const { context } = refusal(() => planThatFits(sdxl, STORY, { ...onGpu, limit: 2e9 }));
    expect(context).toMatchObject({ limit: 2e9 });
    expect(context.expected).not.toContain('GPU');
  });

  it('then memory that the GPU shares with the machine is counted once, for both', () => {
    const apart = planFor(sdxl, STORY, { provider: 'cuda' });
    const shared = planFor(sdxl, STORY, { provider: 'coreml' });
    expect(shared.onDevice).toBe(0);
    expect(shared.needed).toBeGreaterThan(apart.onDevice);
    expect(shared.needed).toBeLessThanOrEqual(apart.onDevice + apart.needed);
  });
});

describe('given a provider, then where its model lies', () => {
  it.each([
    ['cpu', 'linux', 'host'],
    ['cpu', 'darwin', 'host'],
    ['cuda', 'linux', 'device'],
    ['dml', 'win32', 'device'],
    ['webgpu', 'linux', 'device'],
    ['webgpu', 'darwin', 'shared'],
    ['coreml', 'darwin', 'shared'],
  ] as const)('%s on %s: %s', (provider, platform, residence) => {
    expect(residenceOf(provider, platform)).toBe(residence);
  });
});
