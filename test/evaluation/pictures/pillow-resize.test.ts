import { describe, expect, test } from 'vitest';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import type { TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { type PillowFilter, pillowResize } from '../../../src/evaluation/pictures/pillow-resize.ts';
import { readFixture } from '../../support/fixtures.ts';

const expected = readFixture('pillow', 'expected.safetensors');
const pictureOf = (name: string): RasterImage => {
  const { shape, data } = expected[name] as TensorValue;
  return { width: shape[1] as number, height: shape[0] as number, rgb: Uint8Array.from(data, Number) };
};

describe('a picture of another size', () => {
  test.each(Object.keys(expected).filter((name) => name !== 'picture'))(
    "given %s, then the bytes are Pillow's",
    (name) => {
      const filter = name.split('_')[0] as PillowFilter;
      const wanted = pictureOf(name);
      const got = pillowResize(pictureOf('picture'), wanted.width, wanted.height, filter);
      expect(got).toEqual(wanted);
    },
  );

  test('given its own size, then it is the same', () => {
    const picture = pictureOf('picture');
    expect(pillowResize(picture, picture.width, picture.height, 'bicubic')).toEqual(picture);
  });
});
