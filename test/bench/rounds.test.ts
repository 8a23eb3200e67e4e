import { describe, expect, it } from 'vitest';
import { median, ratio, takeTurns, unrest } from '../../src/bench/rounds.ts';

describe('rounds', () => {
  it('given two contenders, then they take turns, and the first round does not count', async () => {
    const order: string[] = [];
    const contender = (name: string) => async () => order.push(name);
    const results = await takeTurns({ a: contender('a'), b: contender('b') }, 2);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(results).toEqual({ a: [3, 5], b: [4, 6] });
  });

  it('given no warm-up, then every turn counts', async () => {
    let turns = 0;
    const results = await takeTurns({ a: async () => ++turns }, 1, undefined, { warmUp: false });
    expect(results).toEqual({ a: [1] });
  });

  it('given an even number of rounds, then the median lies between the middle two', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it('given a disturbed series, then ratios of minima stay and unrest tells of it', () => {
    expect(ratio([20, 400, 20], [10, 10, 10])).toEqual({ ofMinima: 2, ofMedians: 2 });
    expect(unrest([10, 20, 30])).toBe(1);
  });
});
