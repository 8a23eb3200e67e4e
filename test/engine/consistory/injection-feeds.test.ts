import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairsToMatch } from '../../../src/engine/consistory/correspondence.ts';
import {
  type InjectedToken,
  injectionFeeds,
  similarityThreshold,
} from '../../../src/engine/consistory/feature-injection.ts';
import { type RowLayout, runLayouts } from '../../../src/engine/consistory/row-layout.ts';
import type { TensorValue } from '../../../src/engine/runtime/tensor-value.ts';

const SIDE = 4;
const GRID = { height: SIDE, width: SIDE };
const PATCHES = SIDE * SIDE;
const EVERYWHERE = new Uint8Array(PATCHES).fill(1);
const similarities = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('similarityThreshold', () => {
  it('given two groups, then it lies between them in their own scale', () => {
    const threshold = similarityThreshold([0.2, 0.25, 0.22, 0.7, 0.71]);
    expect(threshold).toBeGreaterThan(0.25);
    expect(threshold).toBeLessThanOrEqual(0.7);
  });

  it('given equal similarities, which nothing splits, then all of them pass', () => {
    expect(similarityThreshold([0.5, 0.5])).toBeLessThanOrEqual(0.5);
  });

  it('given any similarities, then the best passes', () => {
    fc.assert(
      fc.property(similarities, (list) => {
        expect(similarityThreshold([...list])).toBeLessThanOrEqual(Math.max(...list));
      }),
    );
  });
});

describe('injectionFeeds', () => {
  const tokens = fc.uniqueArray(
    fc.record({
      panel: fc.integer({ min: 0, max: 2 }),
      token: fc.integer({ min: 0, max: PATCHES - 1 }),
      source: fc.integer({ min: 0, max: 2 }),
      sourceToken: fc.integer({ min: 0, max: PATCHES - 1 }),
      similarity: fc.constant(1),
    }),
    { selector: ({ panel, token }) => `${panel} ${token}` },
  );

  it('given any tokens, then rows are unique, within the batch, and take from their own half', () => {
    fc.assert(
      fc.property(tokens, fc.boolean(), fc.boolean(), (list: InjectedToken[], guided, twins) => {
        const layouts = runLayouts(3, { guided, twins });
        expect(layouts.flatMap(({ halves }) => halves).length).toBe(guided ? 2 : 1);
        for (const layout of layouts) {
          const halves = layout.halves.length;
          const feeds = injectionFeeds(list, layout, GRID, 0.8);
          const numbers = (name: string) => [...((feeds[name] as TensorValue).data as BigInt64Array)];
          const [rows, sources] = [numbers(`inject_rows_${SIDE}`), numbers(`inject_source_${SIDE}`)];
          expect(rows.length).toBe(halves * list.length);
          expect(new Set(rows).size).toBe(rows.length);
          const half = 3 * PATCHES;
          rows.forEach((row, i) => {
            expect(Number(row)).toBeLessThan(halves * half);
            expect(Math.floor(Number(sources[i]) / half)).toBe(Math.floor(Number(row) / half));
          });
          const weights = feeds[`inject_weight_${SIDE}`]?.data as Float32Array;
          expect([...weights]).toEqual(rows.map(() => Math.fround(0.8)));
        }
      }),
    );
  });

  it('given one token, then its row and source are where the graph flattens them', () => {
    const feeds = injectionFeeds(
      [{ panel: 1, token: 3, source: 2, sourceToken: 5, similarity: 1 }],
      runLayouts(3, { guided: true, twins: false })[0] as RowLayout,
      GRID,
      1,
    );
    expect(feeds.inject_rows_4?.data).toEqual(BigInt64Array.of(19n, 67n));
    expect(feeds.inject_source_4?.data).toEqual(BigInt64Array.of(37n, 85n));
  });
});

describe('pairsToMatch', () => {
  it('given edges with several concepts, then each concept is a pair, but for what the source does not show', () => {
    const edges = [
      { viewer: 0, source: 1, concepts: ['fox', 'bear'] },
      { viewer: 1, source: 0, concepts: ['fox'] },
    ];
    const maskOf = (panel: number, concept: string) =>
      panel === 1 && concept === 'bear' ? new Uint8Array(PATCHES) : EVERYWHERE;
    expect(pairsToMatch(edges, maskOf).map(({ viewer, source, concept }) => [viewer, source, concept])).toEqual([
      [0, 1, 'fox'],
      [1, 0, 'fox'],
    ]);
  });
});
