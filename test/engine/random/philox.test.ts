import { describe, expect, it } from 'vitest';
import { type PhiloxCounter, type PhiloxKey, philox4x32 } from '../../../src/engine/random/philox.ts';

const ONES = 0xffffffff;

// Random123 1.14.0, tests/kat_vectors: the three lines "philox4x32 10".
const KNOWN_ANSWERS: { name: string; counter: PhiloxCounter; key: PhiloxKey; words: number[] }[] = [
  {
    name: 'zeros',
    counter: [0, 0, 0, 0],
    key: [0, 0],
    words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    name: 'ones',
    counter: [ONES, ONES, ONES, ONES],
    key: [ONES, ONES],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    name: 'digits of pi',
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

describe('philox4x32', () => {
  it.each(KNOWN_ANSWERS)('given a counter and a key of $name, then it gives the published words', (vector) => {
    const out = new Uint32Array(4);
    philox4x32(vector.counter, vector.key, out);
    expect([...out]).toEqual(vector.words);
  });
});
