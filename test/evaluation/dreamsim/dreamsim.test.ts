import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDreamSimBranch, parseDreamSimConfig } from '../../../src/engine/graph/dreamsim-branch.ts';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import { float32Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { encodeSafetensors, readTensor } from '../../../src/engine/weights/safetensors.ts';
import { dreamSimMeasures } from '../../../src/evaluation/dreamsim/dreamsim-measures.ts';
import { type DreamSim, openDreamSim } from '../../../src/evaluation/dreamsim/open-dreamsim.ts';
import { normalPixels } from '../../../src/evaluation/pictures/normal-pixels.ts';
import { expectClose, fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';

const FOLDER = fixturePath('dreamsim');
const expected = readFixture('dreamsim', 'expected.safetensors');
/** of features that are not normalised: up to 15 */
const TOLERANCE = 1e-4;
const pictureOf = (name: string): RasterImage => {
  const { shape, data } = expected[name] as TensorValue;
  return { width: shape[1] as number, height: shape[0] as number, rgb: Uint8Array.from(data, Number) };
};
const { config: json, weights, root } = readModelPart(FOLDER, 'model');
const config = parseDreamSimConfig(json);

describe("one of DreamSim's vision transformers", () => {
  test.each(config.branches.map(({ name }, branch) => [name, branch] as const))(
    "given %s, then its features are the package's",
    async (name, branch) => {
      const model = buildDreamSimBranch({ config, branch, weights, root });
      const { image_mean: mean, image_std: deviation } = config.branches[branch] as (typeof config.branches)[number];
      for (const picture of [0, 1]) {
        const pixel_values = normalPixels(pictureOf(`resized_${picture}`), { mean, deviation });
        const { features } = await runGraph(model, FOLDER, { pixel_values });
        const wanted = expected[`features_${picture}_${branch}`] as TensorValue;
        expectClose(`DreamSim ${name}`, features, { ...wanted, shape: [1, ...wanted.shape] } as TensorValue, TOLERANCE);
      }
    },
  );

  test('given a field that nobody knows, or none of those that are needed, then it is refused by name', () => {
    const [branch, ...others] = config.branches;
    const parse = (first: object) => () => parseDreamSimConfig({ ...config, branches: [first, ...others] });
    expect(refusal(parse({ ...branch, layer_scale: 1 })).context.got).toContain('layer_scale');
    expect(refusal(parse({ ...branch, feature: 'cls_patch' })).context.got).toContain('feature');
    expect(refusal(parse({ ...branch, pre_norm: undefined })).context.got).toContain('pre_norm');
  });

  test('given weights that belong to another one, then the tensor is named', () => {
    const wider = { ...config, branches: config.branches.map((branch) => ({ ...branch, hidden_size: 16 })) };
    const { code } = refusal(() => buildDreamSimBranch({ config: wider, branch: 0, weights, root }));
    expect(code).toBe('tensor-shape');
    const more = new Map([...weights, ['branches.0.vision_model.post_layernorm.weight', [...weights.values()][0]]]);
    expect(refusal(() => buildDreamSimBranch({ config, branch: 0, weights: more as never, root })).code).toBe(
      'tensors-unused',
    );
  });
});

describe('a DreamSim in a folder', () => {
  let dreamSim: DreamSim;
  beforeAll(async () => {
    dreamSim = await openDreamSim(FOLDER, { threads: 1 });
  });
  afterAll(() => dreamSim.release());

  test("given pictures of any shape, then embeddings and distance are the package's", async () => {
    const found: Float32Array[] = [];
    for (const picture of [0, 1]) {
      const embedding = await dreamSim.embedPicture(pictureOf(`picture_${picture}`));
      found.push(embedding);
      const wanted = expected[`embedding_${picture}`] as TensorValue;
      expectClose('DreamSim embedding', float32Tensor(embedding, wanted.shape), wanted);
    }
    const [one, other] = found as [Float32Array, Float32Array];
    const distance = 1 - one.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
    expect(distance).toBeCloseTo(Number(expected.distance?.data[0]), 5);
  });

  test('given panels, then distances are 0 only where all is the same, and only of masks that cover something', async () => {
    const [one, other] = [pictureOf('picture_0'), pictureOf('picture_1')];
    const drawn = (...panels: { image: RasterImage; mask: number[] }[]) => ({
      panels: panels.map(({ image, mask }) => ({ image, mask: Uint8Array.from(mask) })) as never,
      maskGrid: { width: 2, height: 2 },
    });
    const same = await dreamSimMeasures(
      dreamSim,
      drawn({ image: one, mask: [1, 0, 0, 0] }, { image: one, mask: [0, 0, 0, 0] }),
    );
    expect(same.dreamSim).toBeCloseTo(0, 5);
    expect(same.dreamSimSubject).toBeNull();
    const apart = await dreamSimMeasures(
      dreamSim,
      drawn({ image: one, mask: [1, 0, 0, 0] }, { image: other, mask: [1, 1, 1, 1] }),
    );
    expect(apart.dreamSim).toBeCloseTo(Number(expected.distance?.data[0]), 5);
    expect(apart.dreamSimSubject).toBeGreaterThan(0.01);
  });

  test('given a single one, then its own features are centred, and the others would be refused', async () => {
    const single = fs.mkdtempSync(path.join(os.tmpdir(), 'dreamsim-'));
    try {
      fs.writeFileSync(`${single}/config.json`, JSON.stringify({ ...config, branches: config.branches.slice(0, 1) }));
      fs.copyFileSync(`${FOLDER}/model.safetensors`, `${single}/model.safetensors`);
      await expect(openDreamSim(single, { threads: 1 })).rejects.toMatchObject({ code: 'tensors-unused' });
      const tensors = [...weights].filter(([name]) => name.startsWith('branches.0.'));
      const own = Object.fromEntries(tensors.map(([name, entry]) => [name, readTensor(entry)]));
      fs.writeFileSync(`${single}/model.safetensors`, encodeSafetensors(own));
      const opened = await openDreamSim(single, { threads: 1 });
      const embedding = await opened.embedPicture(pictureOf('picture_0'));
      await opened.release();
      const features = Array.from(expected.features_0_0?.data ?? [], Number);
      const mean = features.reduce((sum, value) => sum + value, 0) / features.length;
      const length = Math.hypot(...features.map((value) => value - mean));
      const wanted = Float32Array.from(features, (value) => (value - mean) / length);
      expectClose('single DreamSim', float32Tensor(embedding, [8]), float32Tensor(wanted, [8]));
    } finally {
      fs.rmSync(single, { recursive: true });
    }
  });

  test('given a folder without weights, then they are asked for', async () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), 'dreamsim-'));
    try {
      fs.copyFileSync(`${FOLDER}/config.json`, `${empty}/config.json`);
      await expect(openDreamSim(empty, { threads: 1 })).rejects.toMatchObject({ code: 'weights-missing' });
    } finally {
      fs.rmSync(empty, { recursive: true });
    }
  });
});
