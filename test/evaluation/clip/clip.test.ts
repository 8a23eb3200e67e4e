import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipMeasures } from '../../../src/evaluation/clip/clip-measures.ts';
import { clipPixels } from '../../../src/evaluation/clip/clip-pixels.ts';
import { type Clip, openClip } from '../../../src/evaluation/clip/open-clip.ts';
import { fixturePath, POCKET } from '../../support/fixtures.ts';
import { solidPanel } from '../../support/solid-panels.ts';

describe('the picture that CLIP takes', () => {
  test("given a wide picture, then its middle square in CLIP's own scale", () => {
    const [width, height] = [8, 4];
    const rgb = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++)
      rgb.set(i % width < 2 || i % width > 5 ? [255, 255, 255] : [0, 51, 255], i * 3);
    const { shape, data } = clipPixels({ width, height, rgb }, 4);
    expect(shape).toEqual([1, 3, 4, 4]);
    for (let i = 0; i < 16; i++) {
      expect(data[i]).toBeCloseTo((0 - 0.48145466) / 0.26862954, 5);
      expect(data[16 + i]).toBeCloseTo((0.2 - 0.4578275) / 0.26130258, 5);
      expect(data[32 + i]).toBeCloseTo((1 - 0.40821073) / 0.27577711, 5);
    }
  });
});

describe('a CLIP in a folder', () => {
  let clip: Clip;
  let folder: string;
  beforeAll(async () => {
    // the oracle's tiny CLIP has as many tokens as its texts; the pocket's tokenizer has 48, so only pictures are asked
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clip-'));
    for (const file of ['config.json', 'model.safetensors'])
      fs.copyFileSync(fixturePath('clip', file), path.join(folder, file));
    for (const file of fs.readdirSync(path.join(POCKET, 'tokenizer'))) {
      fs.copyFileSync(path.join(POCKET, 'tokenizer', file), path.join(folder, file));
    }
    const tokenizer = path.join(folder, 'tokenizer_config.json');
    const config = JSON.parse(fs.readFileSync(tokenizer, 'utf8'));
    fs.writeFileSync(tokenizer, JSON.stringify({ ...config, model_max_length: 11 }));
    clip = await openClip(folder, { threads: 1 });
  });
  afterAll(async () => {
    await clip.release();
    fs.rmSync(folder, { recursive: true });
  });

  test('given a picture, then an embedding of length 1 that another picture does not have', async () => {
    const one = await clip.embedPicture(solidPanel(1, 32));
    const other = await clip.embedPicture(solidPanel(2, 32));
    expect(Math.hypot(...one)).toBeCloseTo(1, 5);
    expect(one).not.toEqual(other);
  });

  test('given panels, then CLIP-I is 1 only where all are the same picture', async () => {
    const embedText = async () => (await clip.embedPicture(solidPanel(1, 32))) as Float32Array;
    const mask = (...cells: number[]) => Uint8Array.from(cells);
    const drawn = (...panels: { color: number; mask: Uint8Array }[]) => ({
      panels: panels.map((panel) => ({ ...panel, image: solidPanel(panel.color, 32), prompt: 'a fox' })) as never,
      maskGrid: { width: 2, height: 2 },
    });
    const [some, none] = [mask(0, 1, 0, 1), mask(0, 0, 0, 0)];
    const same = await clipMeasures({ ...clip, embedText }, drawn({ color: 1, mask: some }, { color: 1, mask: none }));
    expect(same.clipI).toBeCloseTo(1, 5);
    expect(same.clipT).toBeCloseTo(1, 5);
    expect(same.clipISubject).toBeNull();
    const different = await clipMeasures(
      { ...clip, embedText },
      drawn({ color: 1, mask: some }, { color: 2, mask: some }),
    );
    expect(different.clipI).toBeLessThan(0.999);
    expect(different.clipISubject).toBeLessThan(0.9999);
    expect(different.clipISubject).not.toBeCloseTo(different.clipI as number, 4);
    expect(different.clipT).toBeCloseTo((1 + (different.clipI ?? 0)) / 2, 5);
  });

  test('given a folder without weights, then they are asked for by name', async () => {
    fs.mkdirSync(path.join(folder, 'empty'));
    fs.copyFileSync(path.join(folder, 'config.json'), path.join(folder, 'empty/config.json'));
    await expect(openClip(path.join(folder, 'empty'), { threads: 1 })).rejects.toMatchObject({
      code: 'weights-missing',
    });
  });
});
