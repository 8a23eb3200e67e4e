import { describe, expect, it } from 'vitest';
import { type MemoryNeeds, type PartNeeds, planMemory } from '../../../src/engine/pipeline/memory-plan.ts';

const part = (copied: number, mapped: number, activations = 0, copying = copied): PartNeeds => ({
  copied,
  copying,
  mapped,
  activations,
  mappedActivations: activations,
});

/** In whatever unit: like SDXL in half precision at 1024 pixels, in GB. */
const NEEDS: MemoryNeeds = {
  base: 1,
  text: part(4, 2, 0, 6),
  unet: part(14, 6, 4, 20),
  vae: part(1, 1, 6),
  leastVaeActivations: 2,
};

const TOGETHER = [['text', 'unet', 'vae']];
const TEXT_FIRST = [['text'], ['unet', 'vae']];
const APART = [['text'], ['unet'], ['vae']];
const WHOLE = Number.POSITIVE_INFINITY;

const plan = (limit: number, more: { canMap?: boolean; vaeWhileSampling?: boolean } = {}) =>
  planMemory(NEEDS, { limit, canMap: true, vaeWhileSampling: false, ...more });

describe('given a memory limit, then the fastest plan that fits is chosen', () => {
  it.each([
    // copies of all: 1 + 4 + 14 + 1 + 4 + 6, more than 1 + 4 + 20 + 1 while the U-Net is copied
    [30, TOGETHER, [], WHOLE, 30],
    // without the text encoders while sampling: 1 + 14 + 1 + 4 + 6
    [29, TEXT_FIRST, ['text'], WHOLE, 26],
    // the decoder after the U-Net; what counts is the U-Net while it is copied: 1 + 20
    [25, APART, ['text'], WHOLE, 21],
    // weights as they lie, all together: 1 + 2 + 6 + 1 + 4 + 6
    [20, TOGETHER, ['text', 'unet'], WHOLE, 20],
    [18, TEXT_FIRST, ['text', 'unet'], WHOLE, 18],
    [17, APART, ['text', 'unet'], WHOLE, 11],
    [11, APART, ['text', 'unet'], WHOLE, 11],
  ])('%d', (limit, stages, mapped, autoencoderMemory, needed) => {
    expect(plan(limit)).toEqual({ stages, mapped, autoencoderMemory, needed, onDevice: 0 });
  });

  it('and if none fits, then it is the one that needs least, which is told', () => {
    expect(plan(10)).toMatchObject({ stages: APART, mapped: ['text', 'unet'], needed: 11 });
  });

  it('and where the autoencoder makes the previews, then it stays with the U-Net, in tiles if need be', () => {
    const tiny = { vaeWhileSampling: true };
    expect(plan(25, tiny)).toMatchObject({ stages: TOGETHER, mapped: ['text', 'unet'], needed: 20 });
    expect(plan(17, tiny)).toMatchObject({ stages: TOGETHER, mapped: ['text', 'unet'], autoencoderMemory: 3 });
    // 1 + 6 + 1 + 4, which leaves 3 for the autoencoder
    expect(plan(15, tiny)).toEqual({
      stages: TEXT_FIRST,
      mapped: ['text', 'unet'],
      autoencoderMemory: 3,
      needed: 14,
      onDevice: 0,
    });
    expect(plan(13, tiny)).toMatchObject({ stages: TEXT_FIRST, needed: 14 });
  });

  it('and where a provider can not use weights as they lie, then none are', () => {
    for (const limit of [30, 26, 21, 5]) expect(plan(limit, { canMap: false }).mapped).toEqual([]);
    expect(plan(21, { canMap: false })).toMatchObject({ stages: APART, needed: 21 });
    expect(plan(5, { canMap: false })).toMatchObject({ needed: 21 });
  });

  it('and where a GPU has memory of its own, then both have to be enough, and the autoencoder has tiles for the GPU', () => {
    const onDevice = { ...NEEDS, base: 0, unet: part(6, 6, 4), text: part(4, 4), leastVaeActivations: 2 };
    const beside = { ...NEEDS, text: part(0, 0, 0, 5), unet: part(0, 0, 0, 1), vae: part(0, 0, 0, 1) };
    const on = (limit: number, device: number) =>
      planMemory(beside, {
        limit,
        canMap: false,
        vaeWhileSampling: false,
        device: { needs: onDevice, limit: device },
      });
    // on the GPU 4 + 6 + 1 + 4 + 6; beside it the process and the text encoders while they are converted
    expect(on(6, 21)).toEqual({ stages: TOGETHER, mapped: [], autoencoderMemory: WHOLE, needed: 6, onDevice: 21 });
    expect(on(6, 20)).toMatchObject({ stages: TEXT_FIRST, autoencoderMemory: WHOLE, onDevice: 17 });
    expect(on(6, 10)).toMatchObject({ stages: APART, autoencoderMemory: WHOLE, onDevice: 10 });
    expect(on(6, 9)).toMatchObject({ onDevice: 10 });
    expect(on(5, 21)).toMatchObject({ needed: 6 });
    const large = { ...onDevice, vae: part(1, 1, 12) };
    const tiled = planMemory(beside, {
      limit: 6,
      canMap: false,
      vaeWhileSampling: false,
      device: { needs: large, limit: 11 },
    });
    expect(tiled).toEqual({ stages: APART, mapped: [], autoencoderMemory: 10, needed: 6, onDevice: 10 });
  });

  it('and what kernels take more where weights are used as they lie counts there only', () => {
    const needs = { ...NEEDS, unet: { ...NEEDS.unet, mappedActivations: 7 } };
    const needed = (limit: number) => planMemory(needs, { limit, canMap: true, vaeWhileSampling: false }).needed;
    expect([needed(29), needed(20)]).toEqual([26, 14]);
  });

  it('and tiles are the last resort: large pictures of a small model are decoded apart before', () => {
    const needs = { ...NEEDS, vae: part(1, 1, 20), leastVaeActivations: 2 };
    const limits = { canMap: true, vaeWhileSampling: false };
    expect(planMemory(needs, { ...limits, limit: 22 })).toMatchObject({ stages: APART, autoencoderMemory: WHOLE });
    const tiled = planMemory(needs, { ...limits, limit: 21 });
    // with copies, and apart: 1 + 1 + the rest of 21 for the autoencoder
    expect(tiled).toEqual({ stages: APART, mapped: ['text'], autoencoderMemory: 19, needed: 21, onDevice: 0 });
  });
});
