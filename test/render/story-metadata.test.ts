import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '../../src/render/canvas.ts';
import { findText, insertTexts } from '../../src/render/png-chunks.ts';
import { readStoryMetadata, type StoryMetadata, withStoryMetadata } from '../../src/render/story-metadata.ts';
import { solidPanel } from '../support/solid-panels.ts';

const STORY: StoryMetadata = {
  title: 'Rusty’s day 🦊',
  seed: '18446744073709551615',
  model: 'pocket',
  panels: [{ prompt: 'a fox\u0000 <b>, 狐, ثعلب', caption: 'x'.repeat(10_000), revision: 2 }],
  settings: { steps: 30, guidance: 5.5, mode: 'exact', consistent: true },
};

describe('story metadata in a PNG', () => {
  let bare: Buffer;
  let png: Buffer;
  beforeAll(async () => {
    bare = await encodePng(solidPanel(3, 16));
    png = withStoryMetadata(bare, STORY);
  });

  it('given a story, then it comes back as it was and the picture is the same', async () => {
    expect(readStoryMetadata(png)).toEqual(STORY);
    expect((await decodePicture(png)).rgb).toEqual((await decodePicture(bare)).rgb);
    expect(withStoryMetadata(bare, STORY).equals(png)).toBe(true);
  });

  it('given an image viewer, then a readable description is there too', () => {
    const description = findText(png, 'Description');
    expect(description).toContain('Rusty’s day 🦊\n1. a fox <b>, 狐, ثعلب');
    expect(description).toContain('Seed: 18446744073709551615, Model: pocket, steps: 30');
  });

  it('given a PNG without a story, or other bytes, then there is none', () => {
    expect(readStoryMetadata(bare)).toBeUndefined();
    expect(readStoryMetadata(new Uint8Array())).toBeUndefined();
    expect(readStoryMetadata(Buffer.from('GIF89a'))).toBeUndefined();
    expect(readStoryMetadata(insertTexts(bare, { troupe: '{"format":1,"seed":{}}' }))).toBeUndefined();
    expect(readStoryMetadata(insertTexts(bare, { troupe: '{"format":2}' }))).toBeUndefined();
    expect(readStoryMetadata(insertTexts(bare, { troupe: 'not json' }))).toBeUndefined();
  });

  it('given the picture cut at any byte before the story ends, then there is none', () => {
    const end = png.indexOf('Description') - 8; // start of the next chunk
    for (let length = 0; length < end; length++) expect(readStoryMetadata(png.subarray(0, length))).toBeUndefined();
    expect(readStoryMetadata(png.subarray(0, end))).toEqual(STORY);
  });

  it('given any byte changed, then it gives the true story or none, and never throws', () => {
    const position = fc.nat({ max: png.length - 1 });
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(png);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const read = readStoryMetadata(damaged);
        if (read !== undefined) expect(read).toEqual(STORY);
      }),
      { numRuns: 2000 },
    );
  });

  it('given any bytes after the signature, then it never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(findText(Buffer.concat([bare.subarray(0, 8), bytes]), 'troupe')).toBeUndefined();
      }),
    );
  });

  it('given text that another tool compressed, then it is read, and a bomb is refused', () => {
    const stored = (text: string) => {
      const plain = insertTexts(bare, { k: 'x' });
      const at = plain.indexOf('iTXt');
      const body = Buffer.concat([Buffer.from('k\0\x01\0\0\0', 'latin1'), deflateSync(text)]);
      return rebuild(plain, at, body);
    };
    expect(findText(stored('狐'), 'k')).toBe('狐');
    expect(findText(stored('a'.repeat(50_000_000)), 'k')).toBeUndefined();
  });
});

/** The PNG with another body in its chunk at `typeAt`, checksummed by the independent CRC-32 of the PNG appendix. */
function rebuild(png: Buffer, typeAt: number, body: Buffer): Buffer {
  const oldLength = png.readUInt32BE(typeAt - 4);
  const typed = Buffer.concat([Buffer.from('iTXt'), body]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(pngCrc(typed));
  return Buffer.concat([png.subarray(0, typeAt - 4), head, typed, tail, png.subarray(typeAt + 4 + oldLength + 4)]);
}

function pngCrc(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
