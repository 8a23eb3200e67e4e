import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readBroughtPicture } from '../../src/render/brought-picture.ts';
import { isAnimatedPng } from '../../src/render/png-chunks.ts';

const SIZE = { width: 128, height: 128 };

/** Left half red, right half blue. */
function halves(width: number, height: number) {
  const half = { width: width / 2, height, channels: 3 as const, background: '#ff0000' };
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } }).composite([
    { input: { create: half }, left: 0, top: 0 },
  ]);
}

const codeOf = (bytes: Uint8Array) => readBroughtPicture(bytes, SIZE).catch((error: { code?: string }) => error.code);

const pixel = ({ rgb, width }: { rgb: Uint8Array; width: number }, x: number, y: number) => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('given a picture of any shape', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('then a %s is read at the model’s size, its centre', async (format) => {
    // The middle square of it is all red and blue, with the border in the middle.
    const image = await readBroughtPicture(await halves(400, 200).toFormat(format).toBuffer(), SIZE);
    expect([image.width, image.height, image.rgb.length]).toEqual([128, 128, 128 * 128 * 3]);
    const [left, right] = [pixel(image, 20, 64), pixel(image, 108, 64)] as [number[], number[]];
    expect(left[0]).toBeGreaterThan(240);
    expect(right[2]).toBeGreaterThan(240);
    const off = await readBroughtPicture(await halves(400, 200).extend({ right: 400 }).png().toBuffer(), SIZE);
    expect(pixel(off, 20, 64)[2]).toBeGreaterThan(240); // the centre of the longer one begins right of the red half
  });

  test('then the smallest is enlarged, and a sideways photograph stands upright', async () => {
    expect((await readBroughtPicture(await halves(64, 64).png().toBuffer(), SIZE)).width).toBe(128);
    // 6: the right side is down; red comes to be above
    const turned = await halves(200, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const image = await readBroughtPicture(turned, SIZE);
    expect(pixel(image, 64, 20)[0]).toBeGreaterThan(240);
    expect(pixel(image, 64, 108)[2]).toBeGreaterThan(240);
  });

  test('then grey, 16-bit, CMYK and transparent ones have three colours, on white', async () => {
    const grey = halves(128, 128).toColourspace('b-w');
    for (const bytes of [
      await grey.png().toBuffer(),
      await halves(128, 128).toColourspace('rgb16').png().toBuffer(),
      await halves(128, 128).toColourspace('cmyk').jpeg().toBuffer(),
      await halves(128, 128).png({ palette: true }).toBuffer(),
    ]) {
      expect((await readBroughtPicture(bytes, SIZE)).rgb).toHaveLength(128 * 128 * 3);
    }
    const clear = sharp({ create: { width: 90, height: 90, channels: 4, background: '#00000000' } });
    expect(pixel(await readBroughtPicture(await clear.webp().toBuffer(), SIZE), 64, 64)).toEqual([255, 255, 255]);
  });
});

describe('given something else', () => {
  test('then bytes that are no picture, of another kind, or that break off are refused', async () => {
    expect(await codeOf(new Uint8Array(0))).toBe('picture-unreadable');
    expect(
      await codeOf(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>')),
    ).toBe('picture-unreadable');
    expect(await codeOf(await halves(128, 128).gif().toBuffer())).toBe('picture-unreadable');
    expect(await codeOf(await halves(128, 128).tiff().toBuffer())).toBe('picture-unreadable');
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const whole = await halves(256, 256).toFormat(format).toBuffer();
      for (let share = 0; share < 10; share++) {
        const cut = whole.subarray(0, Math.floor((whole.length * share) / 10));
        expect(await codeOf(cut), `${format} cut at ${share}/10`).toBe('picture-unreadable');
      }
    }
  });

  test('then sizes that no model sees anything in, or that no machine should decode, are refused', async () => {
    expect(await codeOf(await halves(64, 63).png().toBuffer())).toBe('picture-too-small');
    expect(await codeOf(await halves(5000, 4000).png().toBuffer())).toBeTypeOf('object');
    expect(await codeOf(await halves(5000, 4001).png().toBuffer())).toBe('picture-too-large');
    // A header may claim what isn't there: nothing is decoded.
    expect(await codeOf(claiming(await halves(64, 64).png().toBuffer(), 100_000, 100_000))).toBe('picture-too-large');
  });

  test('then animations are refused, whatever their format', async () => {
    const frames = [await halves(64, 64).png().toBuffer(), await halves(64, 64).negate().png().toBuffer()];
    const webp = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    expect(await codeOf(webp)).toBe('picture-animated');
    const [still] = frames as [Buffer];
    expect(isAnimatedPng(still)).toBe(false);
    expect(await codeOf(withChunk(still, 'acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])))).toBe('picture-animated');
  });
});

const HEADER_END = 33;

/** A PNG with one chunk more after its header. */
function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([png.subarray(0, HEADER_END), length, typed, sum, png.subarray(HEADER_END)]);
}

function claiming(png: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(png);
  changed.writeUInt32BE(width, 16);
  changed.writeUInt32BE(height, 20);
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29);
  return changed;
}
