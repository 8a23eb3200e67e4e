import { describe, expect, test } from 'vitest';
import { cutOut } from '../../../src/evaluation/pictures/cut-out.ts';

/** A picture whose red is its column and whose green is its row. */
function picture(width: number, height: number) {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set([i % width, Math.floor(i / width), 0], i * 3);
  return { width, height, rgb };
}
const GRID = { width: 4, height: 4 };
const mask = (...cells: number[]) => Uint8Array.from({ length: 16 }, (_, cell) => (cells.includes(cell) ? 1 : 0));

describe('a subject cut out of a picture', () => {
  test('given a mask, then the smallest square around it, and grey where the mask is not', () => {
    const cut = cutOut(picture(8, 8), mask(5, 9, 10), GRID); // columns 2 to 5, rows 2 to 5
    expect([cut?.width, cut?.height]).toEqual([4, 4]);
    const at = (x: number, y: number) => [...(cut?.rgb.subarray((y * 4 + x) * 3, (y * 4 + x) * 3 + 3) ?? [])];
    expect([at(0, 0), at(1, 3), at(2, 3)]).toEqual([
      [2, 2, 0],
      [3, 5, 0],
      [4, 5, 0],
    ]);
    expect([at(2, 0), at(3, 1)]).toEqual([
      [122, 116, 104],
      [122, 116, 104],
    ]);
  });

  test('given a mask at the edge of a wide picture, then as much of the square as the picture has', () => {
    const cut = cutOut(picture(16, 4), mask(12, 13, 14, 15), GRID); // the lowest row, all its length
    expect([cut?.width, cut?.height]).toEqual([16, 4]);
    expect([...(cut?.rgb.subarray(-3) ?? [])]).toEqual([15, 3, 0]);
  });

  test('given an empty mask, then nothing', () => {
    expect(cutOut(picture(8, 8), mask(), GRID)).toBeUndefined();
  });
});
