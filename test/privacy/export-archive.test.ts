import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, onTestFinished, test } from 'vitest';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import { blobHashes } from '../../src/blobs/named-blobs.ts';
import { exportPart } from '../../src/privacy/export-archive.ts';

const LIMIT = 20_000;

async function freshBlobs(): Promise<FolderBlobStore> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-export-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return new FolderBlobStore(folder, Date);
}

/** Takes whose pictures have these sizes. */
async function takesOf(blobs: FolderBlobStore, sizes: readonly number[]) {
  const picture = (size: number, at: number) => new Uint8Array(size).fill(at + 1);
  return Promise.all(
    sizes.map(async (size, at) => ({
      pictureHash: await blobs.put(picture(size, at), 'image/png'),
      latentsHash: null,
    })),
  );
}

test('given more than fits in one file, then every part keeps the limit and together they have everything once', async () => {
  const blobs = await freshBlobs();
  const takes = await takesOf(blobs, [9000, 9000, 9000, 9000, 18_000, 100, 5000]);
  const names: string[] = [];
  let parts = 1;
  for (let part = 1; part <= parts; part++) {
    const archive = await exportPart({ takes }, blobs, { part, limit: LIMIT });
    parts = archive?.parts ?? 0;
    expect(archive?.zip.length).toBeLessThanOrEqual(LIMIT);
    names.push(...Object.keys(unzipSync(archive?.zip ?? new Uint8Array())));
  }
  expect(parts).toBeGreaterThan(3);
  expect(names.sort()).toEqual(['data.json', ...takes.map(({ pictureHash }) => `files/${pictureHash}.png`)].sort());
  expect(await exportPart({ takes }, blobs, { part: parts + 1, limit: LIMIT })).toBeUndefined();
});

test('given a file larger than any part may be, then it is named as left out', async () => {
  const blobs = await freshBlobs();
  const takes = await takesOf(blobs, [LIMIT, 100]);
  const archive = await exportPart({ takes }, blobs, { part: 1, limit: LIMIT });
  expect(archive?.leftOut).toEqual([expect.stringContaining(takes[0]?.pictureHash ?? '')]);
  expect(Object.keys(unzipSync(archive?.zip ?? new Uint8Array()))).toContain('left-out.txt');
});

test('given data of any depth, then the blobs in it are found, and hashes of models are none', () => {
  const data = {
    a: [{ pictureHash: 'p', modelHash: 'm', nested: { canonBlobHash: 'c', latentsHash: null } }],
    b: { blobHash: 'p', at: new Date() },
  };
  expect([...blobHashes(data)]).toEqual(['p', 'c']);
});

test('given numbers beyond 2^53 and dates, then the JSON has them in full', async () => {
  const data = { seed: 18446744073709551615n, at: new Date(0) };
  const archive = await exportPart(data, await freshBlobs(), { part: 1, limit: LIMIT });
  const json = Buffer.from(unzipSync(archive?.zip ?? new Uint8Array())['data.json'] ?? []).toString();
  expect(JSON.parse(json)).toEqual({ seed: '18446744073709551615', at: '1970-01-01T00:00:00.000Z' });
});
