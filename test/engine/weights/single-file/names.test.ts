import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKlDecoder, buildKlEncoder } from '../../../../src/engine/graph/autoencoder-kl.ts';
import { buildClipTextEncoder } from '../../../../src/engine/graph/clip-text-encoder.ts';
import { buildUnet } from '../../../../src/engine/graph/unet/unet.ts';
import type { ModelFolder, ModelPart } from '../../../../src/engine/weights/model-folder.ts';
import { openSingleFile } from '../../../../src/engine/weights/single-file/single-file.ts';
import {
  FULL_SIZE,
  headerOf,
  type PartName,
  singleFileFixture,
  TINY,
  tinyFamily,
  writeSparse,
} from '../../../support/single-files.ts';

let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-single-')));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const V = { 'modelspec.prediction_type': 'v' };

function partsOf(model: ModelFolder): Partial<Record<PartName, ModelPart>> {
  const { unet, vae, textEncoder: text_encoder, textEncoder2: text_encoder_2 } = model;
  return { unet, vae, text_encoder, text_encoder_2 };
}

describe('given the names of a checkpoint as diffusers converts them', () => {
  it.each([...FULL_SIZE, ...TINY])('%s, then each tensor lies where it has to', (name) => {
    const file = path.join(root, `${name}.safetensors`);
    const fixture = singleFileFixture(name);
    const header = headerOf(fixture, V);
    writeSparse(file, header);
    const families = TINY.flatMap((tiny) => (tiny === name ? [tinyFamily(tiny)] : []));
    const model = openSingleFile(file, families.length > 0 ? { families } : {});
    const parts = partsOf(model);
    let offset = 8 + JSON.stringify(header).length;
    const seen: Partial<Record<PartName, number>> = {};
    for (const [original, shape, part, targets, how] of fixture.rows) {
      const length = shape.reduce((product, size) => product * size, 2);
      targets.forEach((target, i) => {
        const entry = parts[part]?.weights.get(target);
        const own = length / targets.length;
        expect(entry, `${original} as ${target}`).toMatchObject({ file, type: 'float16', length: own });
        expect(entry?.offset, target).toBe(offset + i * own);
        expect(entry?.transposed === true, target).toBe(how === 'turned');
        const expected =
          how === 'turned' ? [...shape].reverse() : [(shape[0] ?? 0) / targets.length, ...shape.slice(1)];
        expect(entry?.shape, target).toEqual(expected);
        seen[part] = (seen[part] ?? 0) + 1;
      });
      offset += length;
    }
    // and none besides
    for (const [part, { weights }] of Object.entries(parts).filter(([, part]) => part)) {
      expect([part, weights.size]).toEqual([part, seen[part as PartName]]);
    }
  });
});

describe('given a checkpoint of full size', () => {
  it.each(FULL_SIZE)('%s, then its graphs find every tensor in the shape that its configuration says', (name) => {
    const file = path.join(root, `full-${name}.safetensors`);
    writeSparse(file, headerOf(singleFileFixture(name), V));
    const model = openSingleFile(file);
    const options = ({ config, weights }: ModelPart) => ({ config, weights, root, compute: 'float32' as const });
    const hiddenState = name === 'sdxl' ? 'penultimate' : 'last';
    const unet = buildUnet({ ...options(model.unet), height: 64, width: 64, tokens: 77 });
    expect(unet.model.length).toBeGreaterThan(0);
    buildKlDecoder({ ...options(model.vae), height: 64, width: 64 });
    buildKlEncoder({ ...options(model.vae), height: 512, width: 512 });
    const encoder = buildClipTextEncoder({ ...options(model.textEncoder), hiddenState });
    const encoder2 = model.textEncoder2 && buildClipTextEncoder({ ...options(model.textEncoder2), hiddenState });
    const width = { sdxl: [768, 1280, 1280], sd1: [768], sd2: [1024] }[name];
    expect([encoder.hiddenSize, encoder2?.hiddenSize, encoder2?.projectionDim].filter(Boolean)).toEqual(width);
  });
});
