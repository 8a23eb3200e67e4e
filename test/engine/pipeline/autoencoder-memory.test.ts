import { describe, expect, it } from 'vitest';
import {
  decoderActivationBytes,
  encoderActivationBytes,
  pieceThatFits,
} from '../../../src/engine/pipeline/autoencoder-memory.ts';
import { loadPipeline } from '../../../src/engine/pipeline/load-pipeline.ts';
import { EVERYTHING_AT_ONCE } from '../../../src/engine/pipeline/memory-plan.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { POCKET } from '../../support/fixtures.ts';

const SDXL = {
  className: 'AutoencoderKL',
  config: {
    _class_name: 'AutoencoderKL',
    block_out_channels: [128, 256, 512, 512],
    down_block_types: Array<string>(4).fill('DownEncoderBlock2D'),
    up_block_types: Array<string>(4).fill('UpDecoderBlock2D'),
  },
};
const square = (side: number) => ({ width: side, height: side });

describe('given SDXL and so much memory for its decoder', () => {
  it.each([
    ['enough for all of it', 1024, 6e9, 1024],
    ['enough for most', 1024, 4e9, 608], // two tiles a side: no longer than two have to be
    ['enough for half', 1024, 1.5e9, 416], // three
    ['next to nothing', 1024, 1, 256],
    ['next to nothing, and a picture no larger than the smallest tile', 256, 1, 256],
  ])('%s, then the piece is as large as fits', (_, side, bytes, piece) => {
    expect(pieceThatFits(SDXL, square(side), bytes)).toEqual(square(piece));
  });

  it('then a side that is shorter than a tile is not cut', () => {
    expect(pieceThatFits(SDXL, { width: 1536, height: 384 }, 1.5e9)).toEqual({
      width: 640,
      height: 384,
    });
  });

  it('then exactly what the decoder takes is enough for the whole', () => {
    const bytes = decoderActivationBytes(SDXL, square(1024));
    expect(pieceThatFits(SDXL, square(1024), bytes)).toEqual(square(1024));
    expect(pieceThatFits(SDXL, square(1024), bytes - 1)).not.toEqual(square(1024));
  });

  it('then the encoder, which takes less, gets larger pieces', () => {
    expect(pieceThatFits(SDXL, square(1024), 3e9, encoderActivationBytes)).toEqual(square(1024));
    expect(pieceThatFits(SDXL, square(1024), 3e9)).not.toEqual(square(1024));
  });
});

describe('given a pipeline whose autoencoder has to work in tiles', () => {
  it('then pictures come out as by the whole but for what a tile does not see', async () => {
    const size = { width: 192, height: 64 };
    const open = (autoencoderMemory = Number.POSITIVE_INFINITY) =>
      loadPipeline(openModelFolder(POCKET), {
        providers: ['cpu'],
        threads: 1,
        compute: 'float32',
        size,
        memory: { ...EVERYTHING_AT_ONCE, autoencoderMemory },
      });
    const [whole, tiled] = [await open(), await open(1)];
    const [channels, height, width] = whole.unet.latentShape;
    const latents = Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i / 7));
    const [a, b] = [await whole.decode(latents), await tiled.decode(latents)];
    expect([b.width, b.height]).toEqual([a.width, a.height]);
    const differences = a.rgb.map((byte, i) => Math.abs(byte - (b.rgb[i] as number)));
    const most = Math.max(...differences);
    console.info(`pocket, one tile of 128 pixels against another: maximal difference ${most} of 255`);
    // the pocket's autoencoder has convolutions only, and in the middle of an overlap they all see the same
    expect(most).toBeLessThanOrEqual(1);
    expect(new Set(a.rgb).size).toBeGreaterThan(50);
    const [c, d] = [await whole.encodeImage(a), await tiled.encodeImage(a)];
    const apart = c.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (d[i] as number))), 0);
    console.info(`and encoded: ${apart.toExponential(1)}`);
    expect(apart).toBeLessThan(1e-2);
    const other = { ...square(64), rgb: new Uint8Array(64 * 64 * 3) };
    await expect(tiled.encodeImage(other)).rejects.toThrow('64 x 64');
    await whole.release();
    await tiled.release();
  });
});
