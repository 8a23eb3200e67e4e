import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTES_PER_ELEMENT } from '../../../src/engine/graph/element-type.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/engine/weights/safetensors.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const RUNS = 10_000;
const MAX_RANK = 4;

const sound = encodeSafetensors(
  {
    'unet.conv_in.weight': { type: 'float16', shape: [2, 3], data: Uint16Array.of(1, 2, 3, 4, 5, 6) },
    ids: { type: 'int64', shape: [2], data: BigInt64Array.of(1n, 2n) },
    scale: { type: 'float32', shape: [], data: Float32Array.of(0.5) },
  },
  { made: 'for the fuzzer' },
);

/** Only a UserError may come out; what is accepted has exactly the sizes that it claims, inside the bytes. */
function outcome(bytes: Uint8Array): 'refused' | 'accepted' {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    for (const text of Object.values(metadata)) expect(typeof text).toBe('string');
    let total = 0;
    for (const { type, shape, data } of tensors.values()) {
      const elements = shape.reduce((product, size) => product * size, 1);
      expect(data.length).toBe(elements);
      expect(data.byteLength).toBe(elements * BYTES_PER_ELEMENT[type]);
      total += data.byteLength;
    }
    // no byte belongs to two tensors
    expect(total).toBeLessThan(bytes.length);
    return 'accepted';
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}

/** Counts of both outcomes: a fuzzer whose files are all refused, or all accepted, tests nothing. */
function run<T>(arbitrary: fc.Arbitrary<T>, build: (value: T) => Uint8Array): Record<'refused' | 'accepted', number> {
  const counts = { refused: 0, accepted: 0 };
  fc.assert(
    fc.property(arbitrary, (value) => {
      counts[outcome(build(value))]++;
    }),
    { numRuns: RUNS, seed: 2402 },
  );
  return counts;
}

describe('given 10,000 mutated files', () => {
  it('with bytes changed, inserted and cut, then they are refused kindly or read rightly', () => {
    const at = fc.nat(sound.length - 1);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), at, byte: fc.nat(255) }),
      // digits and signs reach the numbers of the header
      fc.record({
        kind: fc.constant('set' as const),
        at,
        byte: fc.constantFrom(...Buffer.from('0123456789-,:[]{}".e ')),
      }),
      fc.record({ kind: fc.constant('insert' as const), at, byte: fc.nat(255) }),
      fc.record({ kind: fc.constant('cut' as const), at, byte: fc.constant(0) }),
    );
    const counts = run(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let bytes = [...sound];
      for (const { kind, at: position, byte } of mutations) {
        if (kind === 'set') bytes[position] = byte;
        else if (kind === 'insert') bytes.splice(position, 0, byte);
        else bytes = bytes.slice(0, position);
      }
      return Uint8Array.from(bytes.map((byte) => byte ?? 0));
    });
    console.info('mutated bytes:', counts);
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(RUNS / 100);
  });

  it('with headers of the right form and wild values, then they are refused kindly or read rightly', () => {
    const wild = fc.oneof(
      fc.nat(8),
      fc.constantFrom(-1, 0.5, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 - 1, -0, null, 'x', true),
      fc.jsonValue(),
    );
    const size = fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: wild });
    const shape = fc.array(size, { maxLength: MAX_RANK });
    const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', '__metadata__', 'constructor', ''), fc.string());
    const tensor = fc
      .record({
        dtype: fc.constantFrom('U8', 'F16', 'F32', 'I64', 'F8_E5M2'),
        shape,
        begin: fc.nat(24),
        slip: fc.constantFrom(0, 0, 0, 1, -1),
      })
      .map(({ dtype, shape: sizes, begin, slip }) => {
        const width = { U8: 1, F16: 2, F32: 4, I64: 8, F8_E5M2: 1 }[dtype] ?? 1;
        const length = sizes.reduce<number>((product, value) => product * Number(value), width);
        return { dtype, shape: sizes, data_offsets: [begin, begin + length + slip] };
      });
    const entry = fc.tuple(name, fc.oneof({ weight: 9, arbitrary: tensor }, { weight: 1, arbitrary: fc.jsonValue() }));
    const arbitrary = fc.record({ entries: fc.array(entry, { maxLength: 3 }), data: fc.nat(64) });
    const counts = run(arbitrary, ({ entries, data }) => {
      const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
      const bytes = new Uint8Array(8 + json.length + data);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
      bytes.set(json, 8);
      return bytes;
    });
    console.info('wild headers:', counts);
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(RUNS / 100);
  });
});
