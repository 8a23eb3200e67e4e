import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrationPicture, estimateColours, fitColours } from '../../../src/engine/pipeline/linear-preview.ts';
import { loadPipeline, type Pipeline } from '../../../src/engine/pipeline/load-pipeline.ts';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import type { TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { fixturePath, POCKET, readFixture, readModelPart } from '../../support/fixtures.ts';
import { SMALL } from '../../support/pocket-stories.ts';
import { refusal } from '../../support/refusal.ts';

const OPTIONS = { providers: ['cpu'], threads: 1, compute: 'float32', size: SMALL } as const;
const pocket = openModelFolder(POCKET);

/** A picture made smaller, each pixel the mean of `factor` x `factor`. */
function shrink({ width, height, rgb }: RasterImage, factor: number): RasterImage {
  const [w, h] = [width / factor, height / factor];
  const small = Uint8Array.from({ length: w * h * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % w, Math.floor(i / 3 / w), i % 3];
    let sum = 0;
    for (let dy = 0; dy < factor; dy++)
      for (let dx = 0; dx < factor; dx++) sum += rgb[((y * factor + dy) * width + x * factor + dx) * 3 + c] as number;
    return Math.round(sum / factor ** 2);
  });
  return { width: w, height: h, rgb: small };
}

/** root of the mean squared difference, of 255 */
function apart(a: RasterImage, b: RasterImage): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const sum = a.rgb.reduce((total, byte, i) => total + (byte - (b.rgb[i] as number)) ** 2, 0);
  return Math.sqrt(sum / a.rgb.length);
}

describe('given colours that are a linear function of latents', () => {
  it('then it is found', () => {
    const rows = [
      [0.3, -0.2, 0.1],
      [0, 0.25, -0.3],
      [0.1, 0.1, -0.05],
    ];
    const latents = Float32Array.from({ length: 2 * 64 }, (_, i) => Math.sin(i * 1.7));
    const picture = estimateColours({ rows }, latents, { width: 8, height: 8 });
    const fitted = fitColours(latents, picture, 1);
    fitted.rows.forEach((row, i) => {
      for (const [c, value] of row.entries()) {
        expect(value).toBeCloseTo((rows[i] as number[])[c] as number, 2); // bytes are rounded
      }
    });
  });

  it('then a channel that says nothing divides nothing by zero', () => {
    const latents = Float32Array.from({ length: 2 * 4 }, (_, i) => (i < 4 ? i / 4 : 0));
    const picture = { width: 2, height: 2, rgb: Uint8Array.from({ length: 12 }, (_, i) => 40 * Math.floor(i / 3)) };
    const { rows } = fitColours(latents, picture, 1);
    expect(rows.flat().every(Number.isFinite)).toBe(true);
    expect(apart(estimateColours({ rows }, latents, picture), picture)).toBeLessThan(1);
  });
});

describe('given the calibration picture', () => {
  it('then it has 64 mixtures of colours, in latents that no two neighbours share', () => {
    const { width, height, rgb } = calibrationPicture(8);
    expect([width, height, rgb.length]).toEqual([256, 256, 256 * 256 * 3]);
    const middles = Array.from({ length: 64 }, (_, i) => {
      const at = ((16 + 32 * Math.floor(i / 8)) * width + 16 + 32 * (i % 8)) * 3;
      return [...rgb.subarray(at, at + 3)].map((byte) => Math.round(byte / 76)).join();
    });
    expect(new Set(middles).size).toBe(64);
  });
});

describe('given the pocket model', () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await loadPipeline(pocket, OPTIONS);
  });
  afterAll(() => pipeline.release());
  const latents = () => {
    const [channels, height, width] = pipeline.unet.latentShape;
    return Float32Array.from({ length: channels * height * width }, (_, i) => Math.sin(i / 9) + Math.cos(i / 50));
  };

  it('then its own decoder, which is a tiny one, makes its previews', async () => {
    expect(await pipeline.preview(latents())).toEqual(await pipeline.decode(latents()));
  });

  it('then the linear estimate learnt from its encoder has the colours of what it decodes', async () => {
    const downscale = SMALL.width / (pipeline.unet.latentShape[2] as number);
    const side = calibrationPicture(downscale);
    const large = await loadPipeline(pocket, { ...OPTIONS, size: side });
    const colours = fitColours(await large.encodeImage(side), side, downscale);
    await large.release();
    // finished latents of a story (scripts/oracle/story.py)
    const { shape, data } = readFixture('consistory', 'story.safetensors').last as TensorValue;
    const [, panels = 0, ...image] = shape;
    const size = image.reduce((product, side) => product * side);
    for (let panel = 0; panel < panels; panel++) {
      const drawn = (data as Float32Array).slice(data.length - (panels - panel) * size).subarray(0, size);
      const decoded = shrink(await pipeline.decode(drawn), downscale);
      const estimate = estimateColours(colours, drawn, decoded);
      const grey = { ...decoded, rgb: decoded.rgb.map(() => 128) };
      const [off, greyOff] = [apart(estimate, decoded), apart(grey, decoded)];
      console.info(`panel ${panel}: linear estimate ${off.toFixed(1)} of 255, grey ${greyOff.toFixed(1)}`);
      expect(off).toBeLessThan(0.7 * greyOff);
    }
  });
});

describe('given a model with an AutoencoderKL', () => {
  const KL = readModelPart(fixturePath('autoencoders', 'kl'), 'diffusion_pytorch_model');
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-preview-'));
    fs.cpSync(POCKET, folder, { recursive: true });
    fs.cpSync(KL.root, path.join(folder, 'vae'), { recursive: true });
    const index = JSON.parse(fs.readFileSync(path.join(folder, 'model_index.json'), 'utf8'));
    fs.writeFileSync(
      path.join(folder, 'model_index.json'),
      JSON.stringify({ ...index, vae: ['diffusers', 'AutoencoderKL'] }),
    );
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  const beside = (name: string, from: string): (() => void) => {
    fs.cpSync(from, path.join(folder, name), { recursive: true });
    return () => fs.rmSync(path.join(folder, name), { recursive: true });
  };
  const zeros = ({ unet }: Pipeline) => new Float32Array(unet.latentShape.reduce((a, b) => a * b));

  it('and nothing beside it, then previews are estimates of a pixel per latent, alike each time', async () => {
    const pipeline = await loadPipeline(openModelFolder(folder), OPTIONS);
    const [, height, width] = pipeline.unet.latentShape;
    const first = await pipeline.preview(zeros(pipeline));
    expect([first.width, first.height, first.rgb.length]).toEqual([width, height, width * height * 3]);
    expect(await pipeline.preview(zeros(pipeline))).toEqual(first);
    await pipeline.release();
  });

  it('and a tiny decoder beside it, then that makes the previews', async () => {
    const remove = beside('taesd', path.join(POCKET, 'vae'));
    const pipeline = await loadPipeline(openModelFolder(folder), OPTIONS);
    const tiny = await loadPipeline(pocket, OPTIONS);
    expect(await pipeline.preview(zeros(pipeline))).toEqual(await tiny.decode(zeros(tiny)));
    expect(await pipeline.preview(zeros(pipeline))).not.toEqual(await pipeline.decode(zeros(pipeline)));
    await Promise.all([pipeline.release(), tiny.release()]);
    remove();
  });

  it.each([
    ['another class', fixturePath('autoencoders', 'kl'), 'AutoencoderKL'],
    ['other latents', fixturePath('autoencoders', 'tiny-other'), '3 channels'],
  ])('and beside it a decoder of %s, then the model is refused with what is there', (_, from, got) => {
    const remove = beside('vae_preview', from);
    const error = refusal(() => openModelFolder(folder));
    remove();
    expect(error).toMatchObject({ code: 'model-part', context: { part: 'vae_preview' } });
    expect(error.message).toContain(got);
  });
});
