import { expect, test } from 'vitest';
import { apartMasks } from '../../../src/engine/consistory/apart-masks.ts';
import { unionMasks } from '../../../src/engine/consistory/subject-mask.ts';

const GRID = { height: 4, width: 16 };
const TOKENS = GRID.height * GRID.width;
const LEFT = (token: number) => token % 16 >= 1 && token % 16 < 6;
const RIGHT = (token: number) => token % 16 >= 10 && token % 16 < 15;

/** Two figures. Each of the words is drawn to both: to its own more, but to every third token of the other still more. */
const sighted = (own: (token: number) => boolean, other: (token: number) => boolean) => ({
  maps: [
    Float32Array.from({ length: TOKENS }, (_, token) => {
      if (own(token)) return 0.6;
      return other(token) ? (token % 3 === 0 ? 0.9 : 0.3) : 0.1;
    }),
  ],
  mask: Uint8Array.from({ length: TOKENS }, (_, token) => Number(own(token) || other(token))),
});
const where = (of: (token: number) => boolean) => Uint8Array.from({ length: TOKENS }, (_, token) => Number(of(token)));

test('given attention that wanders over both figures, then each figure is whole and one character’s', () => {
  const masks = apartMasks([sighted(LEFT, RIGHT), sighted(RIGHT, LEFT)], { grid: GRID, smoothing: 0.5 });
  expect(masks).toEqual([where(LEFT), where(RIGHT)]);
});

test('given no smoothing, then it is cut in patches, which still exclude each other and leave nothing out', () => {
  const characters = [sighted(LEFT, RIGHT), sighted(RIGHT, LEFT)];
  const [first, second] = apartMasks(characters, { grid: GRID, smoothing: 0 }) as [Uint8Array, Uint8Array];
  expect(first).not.toEqual(where(LEFT));
  expect(first.some((inside, token) => inside && second[token])).toBe(false);
  const all = characters.map(({ mask }) => mask);
  expect(unionMasks([first, second], TOKENS)).toEqual(unionMasks(all, TOKENS));
});

test('given the same attention twice, then nobody can tell whose it is, and both have all', () => {
  const one = sighted(LEFT, RIGHT);
  expect(apartMasks([one, one], { grid: GRID, smoothing: 0.25 })).toEqual([one.mask, one.mask]);
});
