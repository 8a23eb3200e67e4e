import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/engine/weights/checkpoint.ts';
import { encodeSafetensors, readTensor } from '../../../src/engine/weights/safetensors.ts';

const STEM = 'diffusion_pytorch_model';
const INDEX = `${STEM}.safetensors.index.json`;

let root: string;
let folder: string;
beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-checkpoint-')));
  folder = path.join(root, 'unet');
  fs.mkdirSync(folder);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const save = (name: string, values: Record<string, number>): void => {
  const tensors = Object.entries(values).map(([key, value]) => {
    return [key, { type: 'float32', shape: [1], data: Float32Array.of(value) }] as const;
  });
  fs.writeFileSync(path.join(folder, name), encodeSafetensors(Object.fromEntries(tensors)));
};
const index = (weightMap: unknown, name = INDEX): void =>
  fs.writeFileSync(path.join(folder, name), JSON.stringify({ metadata: { total_size: 8 }, weight_map: weightMap }));
const values = (variants?: string[]): Record<string, number> =>
  Object.fromEntries(
    [...openCheckpoint(folder, STEM, variants)].map(([name, entry]) => [name, Number(readTensor(entry).data[0])]),
  );
const refused = (code: string) => expect.objectContaining({ code });

describe('given weights in one file', () => {
  it('then the full file is chosen before the fp16 one, and the fp16 one where it is alone', () => {
    save(`${STEM}.fp16.safetensors`, { a: 16 });
    expect(values()).toEqual({ a: 16 });
    save(`${STEM}.safetensors`, { a: 32 });
    expect(values()).toEqual({ a: 32 });
    expect(values(['fp16'])).toEqual({ a: 16 });
  });
});

describe('given weights in shards', () => {
  it.each([
    [INDEX, undefined],
    [`${STEM}.safetensors.index.fp16.json`, ['fp16']],
    [`${STEM}.fp16.safetensors.index.json`, ['fp16']],
  ])('named in %s, then all of their tensors are there', (name, variants) => {
    save('shard-1.safetensors', { a: 1, b: 2 });
    save('shard-2.safetensors', { c: 3 });
    index({ a: 'shard-1.safetensors', b: 'shard-1.safetensors', c: 'shard-2.safetensors' }, name);
    expect(values(variants)).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('one of which is missing, then it is named', () => {
    save('shard-1.safetensors', { a: 1 });
    index({ a: 'shard-1.safetensors', b: 'shard-2.safetensors' });
    expect(values).toThrow(refused('weights-missing'));
    expect(values).toThrow('shard-2.safetensors');
  });

  it('that lack a tensor of the index or have one more, then the tensor is named', () => {
    save('shard-1.safetensors', { a: 1 });
    index({ a: 'shard-1.safetensors', b: 'shard-1.safetensors' });
    expect(values).toThrow(
      expect.objectContaining({ code: 'weights-index', context: expect.objectContaining({ tensor: 'b' }) }),
    );
    save('shard-1.safetensors', { a: 1, b: 2, c: 3 });
    expect(values).toThrow(
      expect.objectContaining({ code: 'weights-index', context: expect.objectContaining({ tensor: 'c' }) }),
    );
  });

  it('with one tensor in two of them, then it is refused', () => {
    save('shard-1.safetensors', { a: 1, b: 1 });
    save('shard-2.safetensors', { b: 2 });
    index({ a: 'shard-1.safetensors', b: 'shard-2.safetensors' });
    expect(values).toThrow(refused('weights-index'));
  });

  it('whose index is no index, then it is refused', () => {
    index(['shard-1.safetensors']);
    expect(values).toThrow(refused('json-invalid'));
    fs.writeFileSync(path.join(folder, INDEX), '{');
    expect(values).toThrow(refused('json-unreadable'));
  });
});

describe('given names that lead out of the folder', () => {
  const secret = () => path.join(root, 'secret.safetensors');
  beforeEach(() => fs.writeFileSync(secret(), encodeSafetensors({})));

  it.each(['../secret.safetensors', 'sub/../../secret.safetensors', '..', '.', '', '..\\secret.safetensors'])(
    'as the shard %j, then it is refused',
    (shard) => {
      index({ a: shard });
      expect(values).toThrow(refused('path-outside-folder'));
    },
  );

  it('as an absolute path, then it is refused, even to a file in the folder', () => {
    save('shard-1.safetensors', { a: 1 });
    for (const file of [secret(), path.join(folder, 'shard-1.safetensors')]) {
      index({ a: file });
      expect(values).toThrow(refused('path-outside-folder'));
    }
  });

  it('as symbolic links, of a shard, of the file and of a folder on the way, then they are refused', () => {
    fs.symlinkSync(secret(), path.join(folder, 'shard-1.safetensors'));
    index({ a: 'shard-1.safetensors' });
    expect(values).toThrow(refused('path-outside-folder'));
    fs.symlinkSync(root, path.join(folder, 'away'));
    index({ a: 'away/secret.safetensors' });
    expect(values).toThrow(refused('path-outside-folder'));
    fs.symlinkSync(secret(), path.join(folder, `${STEM}.safetensors`));
    expect(values).toThrow(/symbolic link/);
  });

  it('but links and names that begin with dots and stay inside, then they are read', () => {
    save('..real.safetensors', { a: 5 });
    fs.symlinkSync('..real.safetensors', path.join(folder, `${STEM}.safetensors`));
    expect(values()).toEqual({ a: 5 });
  });
});

describe('given no safetensors', () => {
  it('then the names that were looked for are told', () => {
    expect(values).toThrow(refused('weights-missing'));
    for (const name of [`${STEM}.safetensors`, INDEX, `${STEM}.fp16.safetensors`]) expect(values).toThrow(name);
  });

  it('but pickles, then they are left closed and the reason is told', () => {
    fs.writeFileSync(path.join(folder, `${STEM}.bin`), 'not even a pickle');
    expect(values).toThrow(/only diffusion_pytorch_model\.bin.*never opened.*code/);
  });

  it('nor a folder, then it is named', () => {
    fs.rmSync(folder, { recursive: true });
    expect(values).toThrow(/no such folder/);
  });
});
