import { expect, it } from 'vitest';
import { RANDOM_PURPOSE } from '../../../src/engine/random/random-stream.ts';

it('given any two purposes, then their streams never share a block: each has its own byte', () => {
  const numbers = Object.values(RANDOM_PURPOSE);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(Number.isInteger(number) && number > 0 && number < 256).toBe(true);
});
