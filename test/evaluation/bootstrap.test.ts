import { expect, it } from 'vitest';
import { meanInterval } from '../../src/evaluation/bootstrap.ts';

it('given equal differences, then the interval is that difference', () => {
  expect(meanInterval([0.25, 0.25, 0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25, count: 3 });
});

it('given many draws of a known spread, then the interval is about two standard errors to either side', () => {
  const differences = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : 3)); // deviation 1, standard error 0.1
  const interval = meanInterval(differences);
  expect(interval?.mean).toBe(2);
  expect(interval?.low).toBeGreaterThan(1.76);
  expect(interval?.low).toBeLessThan(1.85);
  expect(interval?.high).toBeGreaterThan(2.15);
  expect(interval?.high).toBeLessThan(2.24);
});

it('given the same differences twice, then the interval is the same number for number', () => {
  expect(meanInterval([1, 2, 4, 8])).toEqual(meanInterval([1, 2, 4, 8]));
});

it('given no differences, then there is no interval', () => {
  expect(meanInterval([])).toBeUndefined();
});
