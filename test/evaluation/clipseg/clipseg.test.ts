import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromFloat16Bits } from '../../../src/engine/graph/element-type.ts';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import { float32Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { readJson } from '../../../src/engine/weights/read-json.ts';
import { clipSegPixels, PREPARATION } from '../../../src/evaluation/clipseg/clipseg-pixels.ts';
import { openClipSeg } from '../../../src/evaluation/clipseg/open-clipseg.ts';
import { copyTinyClipSeg, TINY_MAP_SIDE } from '../../support/clipseg-folder.ts';
import { expectClose, fixturePath, readFixture } from '../../support/fixtures.ts';
import { ownFolder } from '../../support/model-copies.ts';

/** Half precision's, which the fixtures are stored in: pixels reach 2.7, probabilities 1. */
const [PIXELS, PROBABILITIES] = [2e-3, 5e-4];

const expected = readFixture('clipseg', 'refined', 'whole.safetensors');
const widened = (name: string) => {
  const { data, shape } = expected[name] as TensorValue;
  return float32Tensor(Float32Array.from(data as Uint16Array, fromFloat16Bits), shape);
};
const { data, shape } = expected.picture as TensorValue;
const [height = 0, width = 0] = shape;
const picture: RasterImage = { width, height, rgb: Uint8Array.from(data, Number) };

const published = {
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'ViTFeatureExtractor',
  image_mean: [0.485, 0.456, 0.406],
  image_std: [0.229, 0.224, 0.225],
  resample: 2,
  size: 352,
};

describe('the picture that CLIPSeg takes', () => {
  test("given a picture of another shape, then it is transformers' processor's", () => {
    const preparation = readJson(fixturePath('clipseg', 'refined', 'preprocessor_config.json'), PREPARATION);
    expectClose('CLIPSeg pixels', clipSegPixels(picture, preparation), widened('pixel_values'), PIXELS);
  });

  test('given a configuration of an older transformers, then it is understood', () => {
    expect(PREPARATION.parse(published)).toMatchObject({ size: 352, resample: 'bilinear' });
  });

  test.each([
    { resample: 1 },
    { size: { height: 352, width: 224 } },
    { size: { shortest_edge: 352 } },
    { do_normalize: false },
    { rescale_factor: 1 },
    { image_mean: undefined },
  ])('given %j, then it is refused', (other) => {
    expect(PREPARATION.safeParse({ ...published, ...other }).success).toBe(false);
  });
});

describe('a CLIPSeg in a folder', () => {
  test("given a picture and phrases, then where they are is as probable as by transformers'", async () => {
    const clipSeg = await openClipSeg(copyTinyClipSeg(ownFolder()), { threads: 1 });
    try {
      const side = TINY_MAP_SIDE;
      expect(clipSeg.grid).toEqual({ height: side, width: side });
      const maps = await clipSeg.locate(picture, ['a fox', 'a bear in the snow']);
      const got = float32Tensor(Float32Array.from(maps.flatMap((map) => [...map])), [2, side, side]);
      expectClose('CLIPSeg probabilities', got, widened('probabilities'), PROBABILITIES);
      expect(await clipSeg.locate(picture, [])).toEqual([]);
    } finally {
      await clipSeg.release();
    }
  });

  test.each(['preprocessor_config.json', 'model.safetensors', 'vocab.json'])(
    'given no %s, then it is asked for by name',
    async (file) => {
      const folder = copyTinyClipSeg(ownFolder());
      fs.rmSync(path.join(folder, file));
      await expect(openClipSeg(folder, { threads: 1 })).rejects.toThrow(file);
    },
  );
});
