import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import type { LatentSpace } from '../../../src/engine/graph/latent-space.ts';
import { decodeImage, latentSpaceOf } from '../../../src/engine/pipeline/image-codec.ts';
import { OnnxSession } from '../../../src/engine/runtime/onnx-session.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { fixturePath, POCKET, readModelPart } from '../../support/fixtures.ts';

const SPACE: LatentSpace = {
  channels: 4,
  downscale: 1,
  scalingFactor: 0.5,
  shift: 0,
  statistics: undefined,
  forceUpcast: false,
};

/** A decoder whose picture is the first three channels of the latents. */
async function decode(latents: readonly number[], space: Partial<LatentSpace> = {}) {
  const g = new Graph({ compute: 'float32' });
  g.output('sample', g.slice(g.input('latents', 'float32', ['batch', 4, 1, 2]), 1, 0, 3));
  const model = g.encode();
  const session = await OnnxSession.create(model, { weightsFolder: '/', providers: ['cpu'], threads: 1 });
  const graph = { model, latents: { ...SPACE, ...space }, input: { height: 1, width: 2 } };
  const image = await decodeImage(session, graph, Float32Array.from(latents), { width: 2, height: 1 });
  await session.release();
  return image;
}

describe('given latents', () => {
  it('then they are unscaled, and pixels are bytes from -1 to 1, red, green, blue, cut at the ends', async () => {
    const image = await decode([-0.5, 0.5, 0, 0.25, -3, 3, 9, 9]);
    expect(image).toEqual({ width: 2, height: 1, rgb: Uint8Array.of(0, 128, 0, 255, 191, 255) });
  });

  it('then a shift is added after unscaling, as diffusers does', async () => {
    const image = await decode([0, 0, 0.25, 0.25, 0, 0, 0, 0], { shift: -1 });
    expect([...image.rgb]).toEqual([0, 64, 0, 0, 64, 0]);
  });

  it("then a channel's own mean and deviation take the shift's place", async () => {
    const statistics = { mean: [1, 0, -1, 0], standardDeviation: [2, 0.5, 1, 1] };
    const image = await decode([-0.25, -0.5, 0.5, 0, 0, 1, 0, 0], { statistics });
    // value * deviation / 0.5 + mean: 0, -1; 0.5, 0; -1, 1
    expect([...image.rgb]).toEqual([128, 191, 0, 0, 128, 255]);
  });
});

describe('latentSpaceOf', () => {
  it('given either kind of autoencoder, then its own pixels per latent', () => {
    expect(latentSpaceOf(openModelFolder(POCKET).vae)).toMatchObject({ channels: 4, downscale: 4 });
    const { config } = readModelPart(fixturePath('autoencoders', 'kl'), 'diffusion_pytorch_model');
    const space = latentSpaceOf({ className: 'AutoencoderKL', config });
    expect(space.downscale).toBe(2 ** ((config.block_out_channels as number[]).length - 1));
  });
});
