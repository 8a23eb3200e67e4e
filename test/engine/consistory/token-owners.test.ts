import { expect, test } from 'vitest';
import { tokenOwners } from '../../../src/engine/consistory/token-owners.ts';

const FINE = { height: 2, width: 4 };
const COARSE = { height: 1, width: 2 };
const mask = (...values: number[]) => Uint8Array.from(values);

test('given masks at their own resolution, then tokens are counted to their owners from 1', () => {
  const owners = tokenOwners([mask(1, 0, 0, 0, 1, 0, 0, 0), mask(0, 0, 1, 0, 0, 0, 0, 0)], FINE, FINE);
  expect([...owners]).toEqual([1, 0, 2, 0, 1, 0, 0, 0]);
});

test('given a coarser resolution, then a token belongs to whoever has most of it, if half of it is owned', () => {
  const first = mask(1, 1, 1, 0, 1, 0, 0, 0);
  const second = mask(0, 0, 0, 0, 0, 1, 0, 0);
  expect([...tokenOwners([first, second], FINE, COARSE)]).toEqual([1, 0]);
});

test('given as much of two, then it is nobody’s', () => {
  expect([...tokenOwners([mask(1, 0, 1, 0, 0, 0, 0, 1), mask(0, 1, 0, 1, 0, 0, 1, 0)], FINE, COARSE)]).toEqual([0, 0]);
  expect([...tokenOwners([mask(1, 0), mask(1, 0)], COARSE, COARSE)]).toEqual([0, 0]);
});

test('given a finer resolution, then tokens follow the one that they lie in', () => {
  expect([...tokenOwners([mask(0, 1)], COARSE, FINE)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
});
