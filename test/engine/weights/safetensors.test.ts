import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensorsHeader,
  readTensor,
} from '../../../src/engine/weights/safetensors.ts';
import { type StoredTensor, toFloat32 } from '../../../src/engine/weights/tensor-data.ts';

const ORACLE = path.resolve(import.meta.dirname, '../../fixtures/weights/every-type.safetensors');

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-safetensors-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('given a file by the safetensors library, with every type (scripts/oracle/weights.py)', () => {
  it('then each tensor has its type, shape and numbers', () => {
    const index = readSafetensorsHeader(ORACLE);
    const numbers = [-2, 0, 1, 3, 100, 127];
    for (const [dtype, type] of Object.entries({
      F64: 'float64',
      F32: 'float32',
      F16: 'float16',
      BF16: 'bfloat16',
      I32: 'int32',
      I8: 'int8',
    })) {
      const entry = index.get(dtype);
      if (entry === undefined) throw new Error(`no ${dtype}`);
      const tensor = readTensor(entry);
      expect({ dtype, type: tensor.type, shape: tensor.shape }).toEqual({ dtype, type, shape: [2, 3] });
      expect([...toFloat32(tensor)]).toEqual(numbers);
    }
    const read = (name: string) => [...readTensor(index.get(name) ?? expect.fail(name)).data];
    expect(read('I64')).toEqual([-2n, 0n, 1n, 3n, 100n, 2n ** 53n + 1n]);
    expect(read('U8')).toEqual([0, 255]);
    expect(read('BOOL')).toEqual([1, 0, 1]);
    expect(read('empty')).toEqual([]);
    expect(readTensor(index.get('scalar') ?? expect.fail('scalar'))).toMatchObject({
      shape: [],
      data: Float32Array.of(0.5),
    });
  });

  it('then decoding it and encoding it again gives its bytes', () => {
    const bytes = fs.readFileSync(ORACLE);
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({ made: 'by safetensors 0.8.0' });
    const again = decodeSafetensors(encodeSafetensors(Object.fromEntries(tensors), metadata));
    expect(again).toEqual({ tensors, metadata });
    expect(encodeSafetensors(Object.fromEntries(tensors), metadata).length).toBe(bytes.length);
  });
});

describe('given tensors in memory', () => {
  const tensors: Record<string, StoredTensor> = Object.fromEntries([
    ['b', { type: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['a', { type: 'int64', shape: [1, 2], data: BigInt64Array.of(-1n, 7n) }],
    ['__proto__', { type: 'float32', shape: [], data: Float32Array.of(0.1) }],
  ] satisfies [string, StoredTensor][]);

  it('then they come back as they were, even one named __proto__', () => {
    const { tensors: decoded, metadata } = decodeSafetensors(encodeSafetensors(tensors, { seed: '7', 名: '狐' }));
    expect(Object.fromEntries(decoded)).toEqual(tensors);
    expect(decoded.has('__proto__')).toBe(true);
    expect(metadata).toEqual({ seed: '7', 名: '狐' });
  });

  it('then the order in which they are given does not change the bytes', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(tensors));
  });

  it('then every tensor begins at a multiple of its element size', () => {
    const file = path.join(folder, 'aligned.safetensors');
    fs.writeFileSync(file, encodeSafetensors(tensors));
    const index = readSafetensorsHeader(file);
    expect((index.get('a')?.offset ?? 1) % 8).toBe(0);
    expect((index.get('__proto__')?.offset ?? 1) % 4).toBe(0);
  });

  it('then data that do not fit their shape or type are refused', () => {
    expect(() => encodeSafetensors({ x: { type: 'float32', shape: [3], data: new Float32Array(2) } })).toThrow(
      RangeError,
    );
    expect(() => encodeSafetensors({ x: { type: 'float32', shape: [2], data: new Uint8Array(2) } })).toThrow(
      RangeError,
    );
  });

  it('then bytes inside a larger buffer are decoded too', () => {
    const bytes = encodeSafetensors(tensors);
    const inside = Buffer.concat([Buffer.from('abc'), bytes]).subarray(3);
    expect(decodeSafetensors(inside)).toEqual(decodeSafetensors(bytes));
  });
});
