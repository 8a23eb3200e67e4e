import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverage,
  type Mask,
  minMax,
  otsuThreshold,
  resizeMask,
  subjectMask,
  unionMasks,
} from '../../../src/engine/consistory/subject-mask.ts';

const BINS = 256;
const values = (least = 2) => fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: least, maxLength: 60 });
const mapsOf = (size: number) =>
  fc.array(
    fc
      .array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: size, maxLength: size })
      .map((list) => Float32Array.from(list)),
    { minLength: 1, maxLength: 4 },
  );
const gridAndMask = fc
  .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) })
  .chain((grid) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), {
        minLength: grid.height * grid.width,
        maxLength: grid.height * grid.width,
      })
      .map((bits) => ({ grid, mask: Uint8Array.from(bits) })),
  );

/** Within-class variance of the two classes that a border makes, times the number of values: what Otsu minimises. */
function withinClasses(bins: readonly number[], border: number): number {
  const spread = (some: readonly number[]) => {
    const mean = some.reduce((a, b) => a + b, 0) / Math.max(1, some.length);
    return some.reduce((sum, bin) => sum + (bin - mean) ** 2, 0);
  };
  return spread(bins.filter((bin) => bin < border)) + spread(bins.filter((bin) => bin >= border));
}

describe('otsuThreshold', () => {
  it('given any values, then no border leaves less variance within its classes', () => {
    fc.assert(
      fc.property(values(), (list) => {
        const map = Float32Array.from(list);
        const bins = [...map].map((value) => Math.min(BINS - 1, Math.floor(value * BINS)));
        fc.pre(new Set(bins).size > 1);
        const border = otsuThreshold(map) * BINS;
        const found = withinClasses(bins, border);
        const slack = 1e-9 * (1 + found);
        for (let other = 1; other < BINS; other++) {
          expect(withinClasses(bins, other)).toBeGreaterThanOrEqual(found - slack);
        }
        expect(bins.some((bin) => bin < border) && bins.some((bin) => bin >= border)).toBe(true);
      }),
    );
  });

  it('given two clusters, then the border lies between them', () => {
    const threshold = otsuThreshold(Float32Array.of(0.1, 0.12, 0.11, 0.8, 0.82));
    expect(threshold).toBeGreaterThan(0.12);
    expect(threshold).toBeLessThanOrEqual(0.8);
  });
});

describe('minMax', () => {
  it('given any map that is not flat, then it spans 0 to 1 and keeps its order', () => {
    fc.assert(
      fc.property(mapsOf(12), ([map]) => {
        const normal = minMax(map as Float32Array);
        if (new Set(map).size === 1) return expect([...normal]).toEqual(new Array(12).fill(0));
        expect(Math.min(...normal)).toBe(0);
        expect(Math.max(...normal)).toBe(1);
        normal.forEach((a, i) => {
          normal.forEach((b, j) => {
            if ((map?.[i] as number) < (map?.[j] as number)) expect(a).toBeLessThanOrEqual(b);
          });
        });
      }),
    );
  });
});

describe('subjectMask', () => {
  it('given several words, then it is the union of each word by itself', () => {
    fc.assert(
      fc.property(mapsOf(16), (maps) => {
        const single = maps.map((map) => subjectMask([map]));
        expect(subjectMask(maps)).toEqual(unionMasks(single, 16));
      }),
    );
  });

  it('given a map moved and scaled, then the mask stays', () => {
    fc.assert(
      fc.property(mapsOf(16), ([map]) => {
        // powers of two and multiples of 1/64 keep the arithmetic exact
        const exact = (map as Float32Array).map((value) => Math.round(value * 64) / 64);
        expect(subjectMask([exact.map((value) => 4 * value + 2)])).toEqual(subjectMask([exact]));
      }),
    );
  });

  it('given a map that is not flat, then its highest tokens are inside and its lowest outside', () => {
    fc.assert(
      fc.property(mapsOf(16), ([map]) => {
        const list = [...(map as Float32Array)];
        fc.pre(new Set(list).size > 1);
        const mask = subjectMask([map as Float32Array]);
        expect(mask[list.indexOf(Math.max(...list))]).toBe(1);
        expect(mask[list.indexOf(Math.min(...list))]).toBe(0);
      }),
    );
  });

  it('given a flat map or no words, then nothing is the subject', () => {
    expect(coverage(subjectMask([new Float32Array(9).fill(0.3)]))).toBe(0);
    expect(subjectMask([])).toEqual(new Uint8Array(0));
  });
});

describe('resizeMask', () => {
  const enlarged = (grid: { height: number; width: number }, by: number) => ({
    height: grid.height * by,
    width: grid.width * by,
  });

  it('given a whole factor, then each token becomes as many, and back it is the same mask', () => {
    fc.assert(
      fc.property(gridAndMask, fc.integer({ min: 1, max: 4 }), ({ grid, mask }, by) => {
        const large = enlarged(grid, by);
        const grown = resizeMask(mask, grid, large);
        expect(coverage(grown)).toBeCloseTo(coverage(mask), 12);
        grown.forEach((inside, at) => {
          const [y, x] = [Math.floor(Math.floor(at / large.width) / by), Math.floor((at % large.width) / by)];
          expect(inside).toBe(mask[y * grid.width + x]);
        });
        expect(resizeMask(grown, large, grid)).toEqual(mask);
      }),
    );
  });

  it('given any two grids, then nothing stays nothing and all stays all', () => {
    const grids = fc.record({ height: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(grids, grids, (from, to) => {
        const [old, size] = [from.height * from.width, to.height * to.width];
        expect(resizeMask(new Uint8Array(old), from, to)).toEqual(new Uint8Array(size));
        expect(resizeMask(new Uint8Array(old).fill(1), from, to)).toEqual(new Uint8Array(size).fill(1));
      }),
    );
  });

  it.each([
    ['one of four', [1, 0, 0, 0], 0],
    ['two of four', [1, 0, 0, 1], 1],
    ['three of four', [1, 1, 0, 1], 1],
  ])('given a token that stands for %s subject tokens, then at least half decide', (_, bits, inside) => {
    const small: Mask = resizeMask(Uint8Array.from(bits), { height: 2, width: 2 }, { height: 1, width: 1 });
    expect([...small]).toEqual([inside]);
  });

  it('given a grid that is not square, then rows and columns are not mixed up', () => {
    const mask = Uint8Array.of(1, 0, 0, 0, 0, 1); // 2 x 3
    const wide = resizeMask(mask, { height: 2, width: 3 }, { height: 2, width: 6 });
    expect([...wide]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });
});
