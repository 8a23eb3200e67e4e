import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Correspondence } from '../../../src/engine/consistory/correspondence.ts';
import { chooseInjections } from '../../../src/engine/consistory/feature-injection.ts';
import type { Mask } from '../../../src/engine/consistory/subject-mask.ts';

const SIDE = 4;
const GRID = { height: SIDE, width: SIDE };
const PATCHES = SIDE * SIDE;
const EVERYWHERE = new Uint8Array(PATCHES).fill(1);
const everywhere = () => EVERYWHERE;

const patches = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: PATCHES, maxLength: PATCHES });
const similarities = patches(fc.float({ min: -1, max: 1, noNaN: true })).map((list) => Float32Array.from(list));
const matches = fc
  .uniqueArray(
    fc.record({
      viewer: fc.integer({ min: 0, max: 3 }),
      source: fc.integer({ min: 0, max: 3 }),
      concept: fc.constantFrom('fox', 'bear'),
      sourceMask: fc.constant(EVERYWHERE),
      nearest: patches(fc.integer({ min: 0, max: PATCHES - 1 })).map((list) => Int32Array.from(list)),
      similarity: similarities,
    }),
    { maxLength: 8, selector: ({ viewer, source, concept }) => `${viewer} ${source} ${concept}` },
  )
  .map((list): Correspondence[] => list.filter(({ viewer, source }) => viewer !== source));
const masks = fc
  .array(patches(fc.integer({ min: 0, max: 1 })), { minLength: 8, maxLength: 8 })
  .map(
    (list) => (panel: number, concept: string) => Uint8Array.from(list[2 * panel + Number(concept === 'fox')] ?? []),
  );

const match = (viewer: number, source: number, similarity: number, nearest = 0, concept = 'fox'): Correspondence => ({
  viewer,
  source,
  concept,
  sourceMask: EVERYWHERE,
  nearest: new Int32Array(PATCHES).fill(nearest),
  similarity: new Float32Array(PATCHES).fill(similarity),
});

describe('chooseInjections', () => {
  it('given any correspondences, then a token takes features once, in a mask of its panel, from its best source', () => {
    fc.assert(
      fc.property(matches, masks, (found, maskOf) => {
        const chosen = chooseInjections(found, maskOf, GRID, GRID, -1);
        const keys = chosen.map(({ panel, token }) => `${panel} ${token}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (let panel = 0; panel < 4; panel++) {
          for (let token = 0; token < PATCHES; token++) {
            const offers = found.filter((c) => c.viewer === panel && maskOf(panel, c.concept)[token]);
            const taken = chosen.find((t) => t.panel === panel && t.token === token);
            if (offers.length === 0) {
              expect(taken).toBeUndefined();
              continue;
            }
            const best = Math.max(...offers.map((c) => c.similarity[token] as number));
            expect(taken?.similarity).toBe(best);
            const from = offers.find((c) => c.source === taken?.source && c.similarity[token] === best);
            expect(from?.nearest[token]).toBe(taken?.sourceToken);
          }
        }
      }),
    );
  });

  it('given any threshold, then exactly those at or above it are kept', () => {
    fc.assert(
      fc.property(matches, masks, fc.double({ min: -1, max: 1, noNaN: true }), (found, maskOf, least) => {
        const all = chooseInjections(found, maskOf, GRID, GRID, -1);
        const kept = chooseInjections(found, maskOf, GRID, GRID, least);
        expect(kept).toEqual(all.filter(({ similarity }) => similarity >= least));
      }),
    );
  });

  it("given 'otsu', then each panel has a threshold of its own", () => {
    const split = (low: number, high: number): Correspondence => ({
      ...match(0, 1, 0),
      similarity: Float32Array.from({ length: PATCHES }, (_, i) => (i % 2 ? high : low)),
    });
    const found = [
      { ...split(0.1, 0.2), viewer: 0, source: 2 },
      { ...split(0.8, 0.9), viewer: 1, source: 2 },
    ];
    const chosen = chooseInjections(found, everywhere, GRID, GRID, 'otsu');
    const odd = [...Array(PATCHES).keys()].filter((i) => i % 2);
    for (const panel of [0, 1]) expect(chosen.filter((t) => t.panel === panel).map((t) => t.token)).toEqual(odd);
  });

  it('given two sources, then the more similar wins, and given two equally similar, the first', () => {
    const best = (found: Correspondence[]) => chooseInjections(found, everywhere, GRID, GRID, -1)[0]?.source;
    expect(best([match(0, 1, 0.3), match(0, 2, 0.6)])).toBe(2);
    expect(best([match(0, 2, 0.6), match(0, 1, 0.6)])).toBe(2);
  });

  it('given overlapping masks of two concepts, then the better correspondence wins', () => {
    const found = [match(0, 1, 0.3, 5, 'fox'), match(0, 1, 0.6, 9, 'bear')];
    expect(chooseInjections(found, everywhere, GRID, GRID, -1).every((t) => t.sourceToken === 9)).toBe(true);
  });

  it('given a fox and a bear, then a token of the fox never takes one that was found for the bear', () => {
    const fox: Mask = EVERYWHERE.map((_, i) => Number(i < 8));
    const bear: Mask = EVERYWHERE.map((_, i) => Number(i >= 8));
    const maskOf = (_: number, concept: string) => (concept === 'fox' ? fox : bear);
    const found = [match(0, 1, 0.3, 5, 'fox'), match(0, 1, 0.9, 9, 'bear')];
    for (const { token, sourceToken } of chooseInjections(found, maskOf, GRID, GRID, -1)) {
      expect(sourceToken).toBe(token < 8 ? 5 : 9);
    }
  });

  it.each([
    ['finer', 4],
    ['coarser', 0.5],
    ['equal', 1],
  ])(
    'given a grid of injection that is %s than the patches, then patches that are their own nearest move nothing far',
    (_, factor) => {
      const grid = { height: SIDE * factor, width: 2 * SIDE * factor };
      const dift = { height: SIDE, width: 2 * SIDE };
      const own: Correspondence = {
        ...match(0, 1, 1),
        nearest: Int32Array.from({ length: 2 * PATCHES }, (_, i) => i),
        similarity: new Float32Array(2 * PATCHES).fill(1),
      };
      const size = grid.height * grid.width;
      const chosen = chooseInjections([own], () => new Uint8Array(size).fill(1), dift, grid, -1);
      expect(chosen.map((t) => t.token)).toEqual([...Array(size).keys()]);
      expect(chosen.map((t) => t.sourceToken)).toEqual([...Array(size).keys()]);
    },
  );

  it('given a finer grid, then a token lands in the nearest patch where it lay in its own', () => {
    const fine = { height: 2 * SIDE, width: 2 * SIDE };
    const found = { ...match(0, 1, 1), nearest: new Int32Array(PATCHES).fill(PATCHES - 1) };
    const chosen = chooseInjections([found], () => new Uint8Array(4 * PATCHES).fill(1), GRID, fine, -1);
    const corner = [6 * 8 + 6, 6 * 8 + 7, 7 * 8 + 6, 7 * 8 + 7];
    for (const { token, sourceToken } of chosen) {
      const [y, x] = [Math.floor(token / 8) % 2, (token % 8) % 2];
      expect(sourceToken).toBe(corner[2 * y + x]);
    }
  });
});
