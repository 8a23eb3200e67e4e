import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { collectGarbage, GARBAGE_AGE_MS } from '../../src/blobs/collect-garbage.ts';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';

const PICTURE = new TextEncoder().encode('a picture');
const PNG = 'image/png';

async function freshBlobs() {
  const root = await mkdtemp(join(tmpdir(), 'troupe-blobs-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  let now = Date.UTC(2026, 0, 1);
  const clock = { now: () => now };
  const advance = (ms: number) => {
    now += ms;
  };
  return { root, clock, advance, blobs: new FolderBlobStore(join(root, 'blobs'), clock) };
}

function pathOf(root: string, hash: string, ending = 'png'): string {
  return join(root, 'blobs', hash.slice(0, 2), hash.slice(2, 4), `${hash}.${ending}`);
}

async function hashesOf(blobs: FolderBlobStore): Promise<string[]> {
  const hashes: string[] = [];
  for await (const { hash } of blobs.list()) hashes.push(hash);
  return hashes.sort();
}

describe('a folder of blobs', () => {
  test('given any bytes, then they are read back under their SHA-256', async () => {
    const { blobs } = await freshBlobs();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const hash = await blobs.put(bytes, PNG);
        expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(await blobs.get(hash)).toEqual({ bytes, mediaType: PNG });
        expect(await blobs.has(hash)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('given the same bytes many times at once, then they are stored once, with nothing left beside them', async () => {
    const { root, blobs } = await freshBlobs();
    const hashes = await Promise.all(Array.from({ length: 20 }, () => blobs.put(PICTURE, PNG)));
    expect(new Set(hashes).size).toBe(1);
    expect(await hashesOf(blobs)).toEqual([hashes[0]]);
    expect(await readdir(join(pathOf(root, hashes[0] ?? ''), '..'))).toHaveLength(1);
  });

  test('given a blob that was damaged, then reading it names it, and putting its bytes again mends it', async () => {
    const { root, blobs } = await freshBlobs();
    const hash = await blobs.put(PICTURE, PNG);
    await writeFile(pathOf(root, hash), 'a pictura');
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'blob-corrupt', context: { hash } });
    expect(await blobs.put(PICTURE, 'image/webp')).toBe(hash);
    expect(await blobs.get(hash)).toEqual({ bytes: PICTURE, mediaType: PNG });
  });

  test.each(['0'.repeat(64), '../../../etc/passwd', 'ABC', ''])(
    'given the unknown hash "%s", then it is named',
    async (hash) => {
      const { blobs } = await freshBlobs();
      await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'blob-missing', context: { hash } });
    },
  );

  test('given a deleted blob, then it is gone, and deleting it again says so', async () => {
    const { blobs } = await freshBlobs();
    const hash = await blobs.put(PICTURE, PNG);
    expect(await blobs.delete(hash)).toBe(true);
    expect(await blobs.delete(hash)).toBe(false);
    expect(await blobs.has(hash)).toBe(false);
    expect(await hashesOf(blobs)).toEqual([]);
  });

  test('given a media type without an ending, then it is an error, not a guess', async () => {
    const { blobs } = await freshBlobs();
    await expect(blobs.put(PICTURE, 'text/html')).rejects.toThrow('text/html');
  });
});

describe('collecting garbage', () => {
  test('given blobs in use, young ones and old ones, then only old ones out of use go', async () => {
    const { clock, advance, blobs } = await freshBlobs();
    const used = await blobs.put(Uint8Array.of(1), PNG);
    await blobs.put(Uint8Array.of(2, 2), PNG);
    const renewed = await blobs.put(Uint8Array.of(3), PNG);
    advance(GARBAGE_AGE_MS + 1000);
    const young = await blobs.put(Uint8Array.of(4), PNG);
    await blobs.put(Uint8Array.of(3), PNG);
    const garbage = await collectGarbage(blobs, async () => new Set([used]), clock.now());
    expect(garbage).toEqual({ blobs: 1, bytes: 2 });
    expect(await hashesOf(blobs)).toEqual([used, renewed, young].sort());
  });

  test('given a blob that is put again while garbage is collected, then it stays whole', async () => {
    const { clock, advance, blobs } = await freshBlobs();
    const hash = await blobs.put(PICTURE, PNG);
    advance(GARBAGE_AGE_MS + 1000);
    const garbage = await collectGarbage(
      blobs,
      async () => {
        await blobs.put(PICTURE, PNG);
        return new Set();
      },
      clock.now(),
    );
    expect(garbage).toEqual({ blobs: 0, bytes: 0 });
    expect((await blobs.get(hash)).bytes).toEqual(PICTURE);
  });

  test('given a file of a killed writer, then it goes when it is old; other files stay', async () => {
    const { root, clock, advance, blobs } = await freshBlobs();
    await mkdir(join(root, 'blobs', 'ab', 'cd'), { recursive: true });
    await writeFile(join(root, 'blobs', 'ab', 'cd', '.troupe-x.part'), 'half a pic');
    await writeFile(join(root, 'blobs', 'README.txt'), 'hands off');
    advance(Date.now() - clock.now());
    await collectGarbage(blobs, async () => new Set(), clock.now());
    expect(await readdir(join(root, 'blobs', 'ab', 'cd'))).toHaveLength(1);
    advance(GARBAGE_AGE_MS + 60_000);
    await collectGarbage(blobs, async () => new Set(), clock.now());
    expect(await readdir(join(root, 'blobs', 'ab', 'cd'))).toEqual([]);
    expect(await readdir(join(root, 'blobs'))).toContain('README.txt');
  });

  test('given no folder yet, then there is nothing to collect', async () => {
    const { clock, blobs } = await freshBlobs();
    expect(await collectGarbage(blobs, async () => new Set(), clock.now())).toEqual({ blobs: 0, bytes: 0 });
  });
});
