import { describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { PictureGate } from '../../src/discord/picture-gate.ts';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { encodePng } from '../../src/render/canvas.ts';

const solid = (r: number) => encodePng({ width: 8, height: 8, rgb: new Uint8Array(192).fill(r) });
const PICTURES: Record<string, Buffer> = { dark: await solid(10), bright: await solid(250) };
const blobs = {
  get: async (hash: string) => ({ bytes: PICTURES[hash], mediaType: 'image/png' }),
} as unknown as BlobStore;

/** Flags bright pictures. */
function gate() {
  let looks = 0;
  const look = async ({ rgb }: RasterImage) => {
    looks++;
    return { flagged: (rgb[0] ?? 0) > 128, label: 'bright', score: 1 };
  };
  return { gate: new PictureGate(blobs, { look, close: async () => {} }), looks: () => looks };
}

describe('pictures on their way to people', () => {
  test('given a flagged one among others, then the page is treated as the settings say', async () => {
    const { gate: pictures } = gate();
    const treatment = (hashes: string[], pictureFilter?: 'off' | 'spoiler' | 'withhold') =>
      pictures.treatment(hashes, { pictureFilter }, false);
    expect(await treatment(['dark'])).toBe('show');
    expect(await treatment(['dark', 'bright'])).toBe('spoiler');
    expect(await treatment(['bright', 'dark'], 'withhold')).toBe('withhold');
    expect(await treatment(['bright'], 'off')).toBe('show');
    expect(pictures.holdsPreviews).toBe(true);
  });

  test('given the same picture again, then it is looked at once', async () => {
    const { gate: pictures, looks } = gate();
    for (let each = 0; each < 3; each++) await pictures.treatment(['dark', 'bright'], {}, false);
    expect(looks()).toBe(2);
  });

  test('given no filter, then pictures are spoilers only where a server wants all to be', async () => {
    const pictures = new PictureGate(blobs, undefined);
    expect(await pictures.treatment(['bright'], {}, false)).toBe('show');
    expect(await pictures.treatment(['bright'], { spoilers: 'always' }, false)).toBe('spoiler');
    expect(pictures.holdsPreviews).toBe(false);
  });
});
