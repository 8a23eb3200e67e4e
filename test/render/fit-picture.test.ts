import { describe, expect, test } from 'vitest';
import { decodePicture, encodePng } from '../../src/render/canvas.ts';
import { fitPicture } from '../../src/render/fit-picture.ts';

/** Noise, which no encoder makes small. */
async function noise(side: number): Promise<Buffer> {
  let state = 1;
  const rgb = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >> 16;
  });
  return encodePng({ width: side, height: side, rgb });
}

describe('a picture and an upload limit', () => {
  test('given one that fits, then its bytes stay', async () => {
    const png = await noise(64);
    expect(await fitPicture(png, png.byteLength)).toEqual({ bytes: png, ending: 'png' });
  });

  test('given one that is a little too large, then it is a WebP of the same size', async () => {
    const png = await noise(256);
    const { bytes, ending } = await fitPicture(png, png.byteLength - 1);
    expect(ending).toBe('webp');
    expect(bytes.byteLength).toBeLessThan(png.byteLength);
    expect(await decodePicture(bytes)).toMatchObject({ width: 256, height: 256 });
  });

  test('given one that is far too large, then it is made smaller until it fits', async () => {
    const { bytes } = await fitPicture(await noise(512), 20_000);
    expect(bytes.byteLength).toBeLessThanOrEqual(20_000);
    const { width, height } = await decodePicture(bytes);
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(64);
    expect(width).toBeLessThan(512);
  });

  test('given a limit that nothing fits, then it is refused', async () => {
    await expect(fitPicture(await noise(128), 10)).rejects.toThrow(RangeError);
  });
});
