import { describe, expect, it } from 'vitest';
import { poseBins } from '../../src/evaluation/pose-bins.ts';
import type { Cell } from '../../src/evaluation/run-evaluation.ts';

const cell = (variant: string, pairs: readonly (readonly [displacement: number | null, colours: number])[]): Cell =>
  ({
    variant,
    pairs: pairs.map(([displacement, colours]) => ({ one: 0, other: 1, displacement, colours, partColours: null })),
  }) as unknown as Cell;

describe('poseBins', () => {
  it('given pairs of two variants, then borders are common and means are each variant’s own', () => {
    const cells = [
      cell('plain', [
        [0.1, 0.2],
        [0.3, 0.4],
        [null, 1],
      ]),
      cell('all', [
        [0.1, 0.8],
        [0.4, 0.6],
      ]),
    ];
    const [near, far, ...others] = poseBins(cells, 2);
    expect(others).toEqual([]);
    expect([near?.from, near?.to, far?.from, far?.to]).toEqual([0.1, 0.1, 0.3, 0.4]);
    expect(near?.byVariant.plain).toMatchObject({ pairs: 1, colours: { mean: 0.2 } });
    expect(near?.byVariant.all).toMatchObject({ pairs: 1, colours: { mean: 0.8 } });
    expect(far?.byVariant.all).toMatchObject({ colours: { mean: 0.6 }, partColours: undefined });
  });

  it('given fewer pairs than bins, then there are none', () => {
    expect(poseBins([cell('all', [[0.1, 0.5]])], 3)).toEqual([]);
  });
});
