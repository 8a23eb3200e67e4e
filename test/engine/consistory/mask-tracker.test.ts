import { describe, expect, it } from 'vitest';
import { MaskTracker } from '../../../src/engine/consistory/mask-tracker.ts';

const TOKENS = 4;
/** Maps [K, S] of a step, one list per map. */
const maps = (...rows: number[][]) => Float32Array.from(rows.flat());
const withSteps = (tracker: MaskTracker, steps: Float32Array[]) => steps.reduce((t, step) => t.add(step), tracker);

describe('given a concept of two words, one of them with two tokens', () => {
  const tracker = new MaskTracker({ fox: [[0], [1, 2]], owl: [[2]] }, TOKENS, 2);
  const first = maps([0, 0, 0, 9], [8, 0, 0, 0], [4, 2, 0, 0]);
  const second = maps([0, 0, 0, 3], [0, 0, 0, 0], [4, 0, 0, 0]);

  it('then maps are means over the steps and over the tokens of a word', () => {
    const [one, two] = withSteps(tracker, [first, second]).wordMaps('fox');
    expect([...(one as Float32Array)]).toEqual([0, 0, 0, 6]);
    expect([...(two as Float32Array)]).toEqual([4, 0.5, 0, 0]);
  });

  it('then the mask is the union of both words', () => {
    expect([...withSteps(tracker, [first, second]).mask('fox')]).toEqual([1, 0, 0, 1]);
  });

  it('then only the last steps of the window count', () => {
    const long = maps([100, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 100]);
    const windowed = withSteps(tracker, [long, first, second]);
    expect(windowed.wordMaps('fox')).toEqual(withSteps(tracker, [first, second]).wordMaps('fox'));
  });

  it('then adding a step leaves the tracker that it was added to as it was', () => {
    const before = withSteps(tracker, [first]);
    const mask = before.mask('fox');
    before.add(second);
    expect(before.mask('fox')).toEqual(mask);
  });

  it('then a union of concepts is where any of them is', () => {
    const full = withSteps(tracker, [maps([0, 0, 0, 1], [0, 0, 0, 1], [0, 1, 0, 0])]);
    expect([...full.union(['fox', 'owl'])]).toEqual([0, 1, 0, 1]);
    expect([...full.union([])]).toEqual([0, 0, 0, 0]);
  });
});

describe('given no step yet, or a concept that the panel does not show', () => {
  it('then the mask is empty', () => {
    const tracker = new MaskTracker({ fox: [[0]] }, TOKENS, 8);
    expect([...tracker.mask('fox')]).toEqual([0, 0, 0, 0]);
    expect([...tracker.add(maps([0, 1, 0, 0])).mask('bear')]).toEqual([0, 0, 0, 0]);
  });
});
