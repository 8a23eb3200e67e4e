import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensorsHeader, readTensor } from '../../../src/engine/weights/safetensors.ts';
import { UserError } from '../../../src/errors/user-error.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-safetensors-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A file with this header and so many bytes of data. */
function fileOf(header: string | object, dataBytes = 0, lengthPrefix?: bigint): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(lengthPrefix ?? BigInt(json.length));
  const file = path.join(folder, 'case.safetensors');
  fs.writeFileSync(file, Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]));
  return file;
}

function refusal(file: string): UserError {
  try {
    readSafetensorsHeader(file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const F32 = (shape: unknown, offsets: unknown) => ({ dtype: 'F32', shape, data_offsets: offsets });

describe('given a damaged file', () => {
  const cases: [string, () => string, string, string?][] = [
    ['of no bytes', () => path.join(folder, 'empty'), 'weights-truncated'],
    ['whose header reaches past its end', () => fileOf('{}', 0, 1000n), 'weights-truncated'],
    ['whose header would be enormous', () => fileOf('{}', 0, 2n ** 63n), 'weights-header'],
    ['that is a Git LFS pointer', () => path.join(folder, 'pointer'), 'weights-header'],
    ['whose header is not JSON', () => fileOf('{"a": '), 'weights-header'],
    ['whose header is not UTF-8', () => path.join(folder, 'latin1'), 'weights-header'],
    ['whose header is an array', () => fileOf('[]'), 'weights-header'],
    ['whose metadata is not text', () => fileOf({ __metadata__: { a: 1 } }), 'weights-header'],
    [
      'with a tensor twice',
      () =>
        fileOf(
          '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
        ),
      'weights-header',
      'a',
    ],
    [
      'with a field twice',
      () => fileOf('{"a":{"dtype":"U8","shape":[9],"shape":[0],"data_offsets":[0,0]}}'),
      'weights-header',
      'shape',
    ],
    ['with a tensor that is null', () => fileOf({ a: null }), 'weights-header', 'a'],
    [
      'of an unknown type',
      () => fileOf({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, 1),
      'weights-dtype',
      'a',
    ],
    [
      'of a type named like a method',
      () => fileOf({ a: { dtype: 'constructor', shape: [1], data_offsets: [0, 1] } }, 1),
      'weights-dtype',
      'a',
    ],
    ['with a negative dimension', () => fileOf({ a: F32([-1], [0, 4]) }, 4), 'weights-shape', 'a'],
    ['with a broken dimension', () => fileOf({ a: F32([0.5], [0, 2]) }, 4), 'weights-shape', 'a'],
    ['with a shape beyond counting', () => fileOf({ a: F32([2 ** 40, 2 ** 40], [0, 4]) }, 4), 'weights-shape', 'a'],
    ['whose offsets go backwards', () => fileOf({ a: F32([1], [4, 0]) }, 4), 'weights-offsets', 'a'],
    ['whose offsets are negative', () => fileOf({ a: F32([1], [-4, 0]) }, 4), 'weights-offsets', 'a'],
    ['whose offsets are three', () => fileOf({ a: F32([1], [0, 4, 8]) }, 8), 'weights-offsets', 'a'],
    ['with more bytes than its shape', () => fileOf({ a: F32([1], [0, 8]) }, 8), 'weights-offsets', 'a'],
    ['cut inside a tensor', () => fileOf({ a: F32([1], [0, 4]), b: F32([2], [4, 12]) }, 11), 'weights-truncated', 'b'],
    [
      'with tensors over each other',
      () => fileOf({ a: F32([2], [0, 8]), b: F32([1], [4, 8]) }, 8),
      'weights-offsets',
      'b',
    ],
    ['that is a folder', () => folder, 'weights-missing'],
    ['that is not there', () => path.join(folder, 'nowhere'), 'weights-missing'],
  ];
  beforeAll(() => {
    fs.writeFileSync(path.join(folder, 'empty'), '');
    fs.writeFileSync(
      path.join(folder, 'pointer'),
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    );
    fs.writeFileSync(path.join(folder, 'latin1'), Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xe9, 0x22, 0x7d]));
  });

  it.each(cases)('%s, then it is refused by name', (_name, make, code, tensor) => {
    const file = make();
    const { code: got, context, message } = refusal(file);
    expect({ got, tensor: context.tensor }).toEqual({ got: code, tensor });
    expect(message).toContain(file);
    if (tensor !== undefined) expect(message).toContain(`"${tensor}"`);
  });

  it.each([
    ['a pickle of torch.save', Buffer.from('PK\x03\x04\0\0\x08\x08'), 'a Python pickle'],
    ['an older one', Buffer.from([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9]), 'a Python pickle'],
    ['a page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'a web page'],
    ['a pointer', Buffer.from('version https://git-lfs'), 'Git LFS'],
  ])('that is %s under its name, then the refusal says so', (_, bytes, words) => {
    const file = path.join(folder, 'disguised');
    fs.writeFileSync(file, bytes);
    const { code, context } = refusal(file);
    expect(code).toBe('weights-header');
    expect(context.got).toContain(words);
  });

  it('of 640 bytes of header, whose length begins as a pickle does, then it is read', () => {
    const index = readSafetensorsHeader(fileOf({ ['a'.repeat(640 - 49)]: F32([0], [0, 0]) }));
    expect([...index.keys()].map((name) => name.length)).toEqual([640 - 49]);
  });

  it('with gaps and bytes after the last tensor, then it is read all the same', () => {
    const index = readSafetensorsHeader(fileOf({ a: F32([1], [4, 8]), b: F32([0], [2, 2]) }, 20));
    expect(index.get('a')).toMatchObject({ length: 4, shape: [1] });
  });

  it('that is cut after its header was read, then reading a tensor says so', () => {
    const file = fileOf({ a: F32([4], [0, 16]) }, 16);
    const entry = readSafetensorsHeader(file).get('a') ?? expect.fail('a');
    fs.truncateSync(file, entry.offset + 3);
    expect(() => readTensor(entry)).toThrow(expect.objectContaining({ code: 'weights-truncated' }));
  });
});
