import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesField,
  floatField,
  intField,
  messageField,
  packedFloatsField,
  packedIntsField,
  stringField,
} from '../../../src/engine/graph/protobuf.ts';
import { readMessage, readVarint } from '../../support/read-protobuf.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fieldNumbers = fc.integer({ min: 1, max: 2 ** 20 });

describe('given whole numbers', () => {
  // https://protobuf.dev/programming-guides/encoding/: 150 is 96 01, -1 is ten bytes
  it.each([
    [0, '0800'],
    [1, '0801'],
    [127, '087f'],
    [128, '088001'],
    [150, '089601'],
    [-1, '08ffffffffffffffffff01'],
    [2 ** 31, '088080808008'],
    [2 ** 53 - 1, '08ffffffffffffff0f'],
    [-(2n ** 63n), '0880808080808080808001'],
    [2n ** 63n - 1n, '08ffffffffffffffff7f'],
  ])('%s, then its varint is as the specification has it', (value, wanted) => {
    expect(hex(intField(1, value))).toBe(wanted);
  });

  it('any of 64 bits, then it comes back', () => {
    fc.assert(
      fc.property(fieldNumbers, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (field, value) => {
        const [read, ...rest] = readMessage(intField(field, value));
        expect(rest).toEqual([]);
        expect(read).toMatchObject({ field, wire: 0 });
        expect(BigInt.asIntN(64, read?.value as bigint)).toBe(value);
      }),
    );
  });

  it('that are not whole, then they are refused', () => {
    expect(() => intField(1, 0.5)).toThrow(RangeError);
    expect(() => packedIntsField(1, [Number.NaN])).toThrow(RangeError);
  });

  it('packed, then each comes back in order', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
        const bytes = readMessage(packedIntsField(8, values))[0]?.value as Uint8Array;
        const found: bigint[] = [];
        for (let at = 0; at < bytes.length; ) {
          const { value, next } = readVarint(bytes, at);
          found.push(BigInt.asIntN(64, value));
          at = next;
        }
        expect(found).toEqual(values);
      }),
    );
  });
});

describe('given floats', () => {
  it('then they are four bytes, little-endian, as float32 rounds them', () => {
    expect(hex(floatField(2, 1))).toBe('150000803f');
    fc.assert(
      fc.property(fc.double(), (value) => {
        const bytes = readMessage(floatField(2, value))[0]?.value as Uint8Array;
        expect(Buffer.from(bytes).readFloatLE()).toBe(Math.fround(value));
      }),
    );
  });

  it('packed, then they are their float32s', () => {
    const bytes = readMessage(packedFloatsField(7, [0.5, -2]))[0]?.value as Uint8Array;
    expect(hex(bytes)).toBe('0000003f000000c0');
  });
});

describe('given text and bytes', () => {
  it('then their length in bytes goes before them', () => {
    expect(hex(stringField(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(stringField(1, 'é'))).toBe('0a02c3a9');
    fc.assert(
      fc.property(fieldNumbers, fc.uint8Array({ maxLength: 300 }), (field, bytes) => {
        expect(readMessage(bytesField(field, bytes)).map((f) => [f.field, hex(f.value as Uint8Array)])).toEqual([
          [field, hex(bytes)],
        ]);
      }),
    );
  });

  it('then messages within messages keep their parts in order', () => {
    const inner = [intField(1, 3), stringField(2, 'x'), intField(1, 4)];
    const bytes = readMessage(messageField(5, [messageField(6, inner)]))[0]?.value as Uint8Array;
    const parts = readMessage(readMessage(bytes)[0]?.value as Uint8Array);
    expect(parts.map(({ field }) => field)).toEqual([1, 2, 1]);
  });
});
