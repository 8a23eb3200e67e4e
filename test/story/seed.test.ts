import { describe, expect, it } from 'vitest';
import { readSeed } from '../../src/story/seed.ts';
import { refusal } from '../support/refusal.ts';

describe('readSeed', () => {
  it.each([
    ['0', 0n],
    [' 7 ', 7n],
    ['007', 7n],
    ['9007199254740993', 9007199254740993n], // beyond a double's whole numbers
    ['18446744073709551615', 2n ** 64n - 1n],
  ])('given "%s", then it is %s', (text, seed) => {
    expect(readSeed(text)).toBe(seed);
  });

  it.each(['', ' ', '-1', '1.5', '1e3', '0x10', 'seven', '18446744073709551616', '999999999999999999999', '٣', '7 7'])(
    'given "%s", then it is refused with what to do',
    (text) => {
      const error = refusal(() => readSeed(text));
      expect(error.code).toBe('seed-invalid');
      expect(error.message).toContain(`"${text}"`);
      expect(error.message).toContain('or none');
    },
  );

  it('given none, then seeds of 32 bits are chosen, and not one like the other', () => {
    const seeds = Array.from({ length: 20 }, () => readSeed(undefined));
    expect(seeds.every((seed) => seed >= 0n && seed < 2n ** 32n)).toBe(true);
    expect(new Set(seeds).size).toBeGreaterThan(15);
  });
});
