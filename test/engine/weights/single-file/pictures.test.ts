import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawStory } from '../../../../src/engine/draw-story.ts';
import { loadPipeline } from '../../../../src/engine/pipeline/load-pipeline.ts';
import { type ModelFolder, openModelFolder } from '../../../../src/engine/weights/model-folder.ts';
import { modelHash } from '../../../../src/engine/weights/model-hash.ts';
import { openModel } from '../../../../src/engine/weights/open-model.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../../src/engine/weights/safetensors.ts';
import { type StoredTensor, toFloat32 } from '../../../../src/engine/weights/tensor-data.ts';
import { foxPanel, foxStory } from '../../../support/pocket-stories.ts';
import { completeFolder, TINY, tinyFamily, writeBoth } from '../../../support/single-files.ts';

const TOKENIZER = path.resolve(import.meta.dirname, '../../../../assets/clip-tokenizer');
const CARD = JSON.stringify({ prediction: 'epsilon' });

let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-pictures-')));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

async function draw(model: ModelFolder) {
  const size = { width: 128, height: 128 };
  const pipeline = await loadPipeline(model, { providers: ['cpu'], threads: 1, compute: 'float32', size });
  try {
    const story = foxStory([0, 1].map((id) => foxPanel(id)));
    const { panels } = await drawStory(pipeline, { ...story, steps: 3 });
    return panels.map(({ image, latents }) => ({ pixels: image.rgb, latents }));
  } finally {
    await pipeline.release();
  }
}

describe('given the same weights as a folder in diffusers layout and as a checkpoint in one file', () => {
  it.each(TINY)(
    '%s, then both draw the same story, bit for bit, and its hash is its own whatever its name',
    async (name) => {
      const folder = path.join(root, name);
      const file = path.join(root, 'checkpoints', `${name}.safetensors`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const family = tinyFamily(name);
      writeBoth(name, folder, file);
      completeFolder(folder, family, TOKENIZER);
      fs.writeFileSync(path.join(root, 'checkpoints', `${name}.troupe.json`), CARD);
      const hash = await modelHash(openModel(file, { families: [family] }));
      const renamed = path.join(path.dirname(file), `${name}-v2.safetensors`);
      fs.copyFileSync(file, renamed);
      fs.writeFileSync(renamed.replace('.safetensors', '.troupe.json'), CARD);
      // whose canons are its canons
      expect(await modelHash(openModel(renamed, { families: [family] }))).toBe(hash);
      const bytes = fs.readFileSync(renamed);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      fs.writeFileSync(renamed, bytes);
      expect(await modelHash(openModel(renamed, { families: [family] }))).not.toBe(hash);
      const fromFolder = await draw(openModelFolder(folder));
      const fromFile = await draw(openModel(file, { families: [family] }));
      expect(fromFile).toEqual(fromFolder);
      // the pictures say something: neither all alike nor without a value
      const [first, second] = fromFolder;
      expect(first?.latents.every(Number.isFinite)).toBe(true);
      expect(new Set(first?.pixels).size).toBeGreaterThan(16);
      expect(first?.pixels).not.toEqual(second?.pixels);
    },
  );
});

describe('given the same numbers as bfloat16 and as float32', () => {
  it('then both files draw the same story, bit for bit', async () => {
    const family = tinyFamily('tiny-sd1');
    const half = path.join(root, 'half.safetensors');
    writeBoth('tiny-sd1', path.join(root, 'not-used'), half);
    const { tensors } = decodeSafetensors(fs.readFileSync(half));
    const stored: Record<'bfloat16' | 'float32', Record<string, StoredTensor>> = { bfloat16: {}, float32: {} };
    for (const [name, tensor] of tensors) {
      // a bfloat16 is a float32 without its lower half
      const bits = new Uint32Array(Float32Array.from(toFloat32(tensor)).buffer).map((word) => word & 0xffff0000);
      stored.bfloat16[name] = { ...tensor, type: 'bfloat16', data: Uint16Array.from(bits, (word) => word >>> 16) };
      stored.float32[name] = { ...tensor, type: 'float32', data: new Float32Array(bits.buffer) };
    }
    const drawn = [];
    for (const [type, all] of Object.entries(stored)) {
      const file = path.join(root, `${type}.safetensors`);
      fs.writeFileSync(file, encodeSafetensors(all));
      drawn.push(await draw(openModel(file, { families: [family] })));
    }
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]?.[0]?.latents.every(Number.isFinite)).toBe(true);
  });
});
