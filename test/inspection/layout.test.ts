import { describe, expect, it } from 'vitest';
import { centreSpread, maskIou, placement, sizeSpread } from '../../src/inspection/layout.ts';
import { GRID, LEFT, NOWHERE } from '../evaluation/measures/pictures.ts';

const RIGHT = LEFT.map((inside) => 1 - inside);
const TOP_ROW = Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? 1 : 0));

describe('layout', () => {
  it('given the left half, then its centre and size are those of it', () => {
    expect(placement(LEFT, GRID)).toEqual({ x: 0.25, y: 0.5, size: 0.5 });
  });

  it('given an empty mask, then it has no place', () => {
    expect(placement(NOWHERE, GRID)).toBeUndefined();
  });

  it('given subjects left and right, then each is a quarter of the side from their centre', () => {
    const places = [LEFT, RIGHT].map((mask) => placement(mask, GRID)).filter((place) => place !== undefined);
    expect(centreSpread(places)).toBeCloseTo(0.25, 10);
    expect(sizeSpread(places)).toBe(0);
  });

  it('given one subject twice the size of the other, then the spread of sizes is a third', () => {
    const at = { x: 0.5, y: 0.5 };
    expect(
      sizeSpread([
        { ...at, size: 0.2 },
        { ...at, size: 0.4 },
      ]),
    ).toBeCloseTo(1 / 3, 10);
    expect(
      centreSpread([
        { ...at, size: 0.2 },
        { ...at, size: 0.4 },
      ]),
    ).toBe(0);
  });

  it.each([
    ['itself', LEFT, 1],
    ['its complement', RIGHT, 0],
    ['the top row', TOP_ROW, 2 / 10],
    ['nothing', NOWHERE, 0],
  ])('given the left half and %s, then their IoU is known', (_, other, iou) => {
    expect(maskIou(LEFT, other)).toBeCloseTo(iou, 10);
  });
});
