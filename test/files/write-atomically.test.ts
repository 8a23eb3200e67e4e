import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { ensureWritable, writeFileAtomically } from '../../src/files/write-atomically.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-files-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('writeFileAtomically', () => {
  it('given a path, then the bytes are there and nothing else', async () => {
    const path = join(folder, 'story.png');
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    await writeFileAtomically(path, Uint8Array.of(4));
    expect(Array.from(await readFile(path))).toEqual([4]);
    expect(await readdir(folder)).toEqual(['story.png']);
  });

  it('given many writers of one path, then one of them wins whole', async () => {
    const path = join(folder, 'story.txt');
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['story.txt']);
  });
});

const impossible: [string, (folder: string) => Promise<string>][] = [
  ['a missing folder', async (root) => join(root, 'missing', 'story.png')],
  [
    'a folder in its place',
    async (root) => {
      await mkdir(join(root, 'story.png'));
      return join(root, 'story.png');
    },
  ],
  [
    'a file where a folder should be',
    async (root) => {
      await writeFile(join(root, 'file'), '');
      return join(root, 'file', 'story.png');
    },
  ],
  ['too long a name', async (root) => join(root, 'x'.repeat(300))],
];

describe.each([
  ['writeFileAtomically', (path: string) => writeFileAtomically(path, 'x')],
  ['ensureWritable', ensureWritable],
] as const)('%s', (_name, act) => {
  it.each(impossible)('given %s, then it names it and leaves nothing behind', async (_case, prepare) => {
    const path = await prepare(folder);
    const before = await readdir(folder, { recursive: true });
    const error = await act(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'output-unwritable', context: { path } });
    expect((error as UserError).message).toContain(folder);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});

describe('ensureWritable', () => {
  it('given a writable path, then the old file stays and none is made', async () => {
    const path = join(folder, 'story.png');
    await ensureWritable(path);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'old');
    await ensureWritable(path);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['story.png']);
  });
});
