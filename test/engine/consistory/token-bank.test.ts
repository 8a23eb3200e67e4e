import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RowLayout, runLayouts } from '../../../src/engine/consistory/row-layout.ts';
import { type StagePanel, sharingEdges } from '../../../src/engine/consistory/stage.ts';
import { resizeMask } from '../../../src/engine/consistory/subject-mask.ts';
import { keptTokens, tokenBank } from '../../../src/engine/consistory/token-bank.ts';

const MASK_GRID = { height: 8, width: 6 };
const LEVELS = [
  { height: 4, width: 3 },
  { height: 8, width: 6 },
  { height: 16, width: 12 },
];
const TOKENS = LEVELS.map(({ height, width }) => height * width);
const CONCEPTS = ['fox', 'bear'];

const panel = (id: number, concepts: readonly string[] = CONCEPTS, revision = 0, seed = 7n): StagePanel => ({
  id,
  revision,
  seed,
  concepts,
});

describe('keptTokens', () => {
  it.each([0, 0.25, 0.5, 0.9])('given a dropout of %d, then about that share of all tokens is dropped', (dropout) => {
    const kept = Array.from({ length: 40 }, (_, step) => keptTokens(panel(3), step, LEVELS, dropout)).flat(2);
    const draws = kept.flatMap((mask) => [...mask]);
    const share = draws.reduce((a, b) => a + b, 0) / draws.length;
    // five standard deviations of a binomial share
    expect(Math.abs(share - (1 - dropout))).toBeLessThanOrEqual(
      5 * Math.sqrt((dropout * (1 - dropout)) / draws.length),
    );
  });

  it('given no dropout, then every token is kept, and given a full one, none', () => {
    expect(keptTokens(panel(0), 0, LEVELS, 0)).toEqual(TOKENS.map((size) => new Uint8Array(size).fill(1)));
    expect(keptTokens(panel(0), 0, LEVELS, 1)).toEqual(TOKENS.map((size) => new Uint8Array(size)));
  });

  it('given another step, panel, revision or seed, then other tokens are dropped; given the same, the same', () => {
    const draw = (p: StagePanel, step: number) =>
      keptTokens(p, step, LEVELS, 0.5)
        .map((mask) => mask.join(''))
        .join();
    const same = draw(panel(1), 4);
    expect(draw(panel(1, ['fox']), 4)).toBe(same);
    const others = [
      draw(panel(1), 5),
      draw(panel(2), 4),
      draw(panel(1, CONCEPTS, 1), 4),
      draw(panel(1, CONCEPTS, 0, 8n), 4),
    ];
    expect(new Set([same, ...others]).size).toBe(5);
  });

  it('given several levels, then each has draws of its own', () => {
    const [, first, second] = keptTokens(panel(0), 0, [LEVELS[0], LEVELS[1], LEVELS[1]] as never, 0.5);
    expect([...(first as Uint8Array)]).not.toEqual([...(second as Uint8Array)]);
  });
});

const size = MASK_GRID.height * MASK_GRID.width;
const bits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 1 }), { minLength: length, maxLength: length })
    .map((list) => Uint8Array.from(list));
const stages = fc
  .record({
    shown: fc.array(fc.subarray(CONCEPTS), { minLength: 1, maxLength: 5 }),
    anchors: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 3 })),
    guided: fc.boolean(),
    twins: fc.boolean(),
    level: fc.constantFrom(...LEVELS),
  })
  .chain((stage) => {
    const { height, width } = stage.level;
    const images = stage.shown.length;
    const perImage = (length: number) => fc.array(bits(length), { minLength: images, maxLength: images });
    return fc.record({
      stage: fc.constant(stage),
      masks: fc.record({ fox: perImage(size), bear: perImage(size) }),
      kept: perImage(height * width),
    });
  })
  .map(({ stage: { shown, anchors, guided, twins, level }, masks, kept }) => {
    const panels = shown.map((concepts, id) => panel(id, concepts));
    const layouts = runLayouts(panels.length, { guided, twins });
    const edges = sharingEdges(panels, anchors);
    const maskOf = (image: number, concepts: readonly string[]) =>
      Uint8Array.from({ length: size }, (_, token) =>
        Number(concepts.some((concept) => masks[concept as 'fox' | 'bear'][image]?.[token])),
      );
    const runs = layouts.map((layout) => ({
      layout,
      level,
      bank: tokenBank(edges, layout, level, MASK_GRID, maskOf, kept),
    }));
    return { panels, runs, edges, maskOf, kept, level };
  });

describe('tokenBank', () => {
  /** The tokens that a row may look at, as [row, token]. */
  const seenBy = (
    { bank, level }: { bank: ReturnType<typeof tokenBank>; level: (typeof LEVELS)[number] },
    row: number,
  ) => {
    const [, most] = bank.index.shape as [number, number];
    const entries = [...bank.index.data.slice(row * most, row * most + Number(bank.length.data[row]))].map(Number);
    const tokens = level.height * level.width;
    return entries.map((at): [number, number] => [Math.floor(at / tokens), at % tokens]);
  };

  it('given any story, then shapes fit the batch, indices lie within it, and padding is 0', () => {
    fc.assert(
      fc.property(stages, ({ runs }) => {
        for (const { bank, layout, level } of runs) {
          const [rows, most] = bank.index.shape as [number, number];
          expect(rows).toBe(layout.rows);
          expect(bank.length.shape).toEqual([layout.rows]);
          expect(bank.index.data.length).toBe(rows * most);
          const lengths = [...bank.length.data].map(Number);
          expect(Math.max(...lengths)).toBe(most);
          const limit = layout.rows * level.height * level.width;
          bank.index.data.forEach((at, i) => {
            expect(at >= 0n && Number(at) < limit).toBe(true);
            if (i % most >= (lengths[Math.floor(i / most)] as number)) expect(at).toBe(0n);
          });
        }
      }),
    );
  });

  it('given any story, then uncond rows look at uncond rows, cond rows at cond rows, never at themselves, and twins at nothing', () => {
    fc.assert(
      fc.property(stages, ({ panels: { length: images }, runs }) => {
        for (const run of runs) {
          for (let row = 0; row < run.layout.rows; row++) {
            const rowsSeen = new Set(seenBy(run, row).map(([at]) => at));
            if (row >= run.layout.halves.length * images) expect(rowsSeen.size).toBe(0);
            for (const at of rowsSeen) {
              expect(at).not.toBe(row);
              expect(Math.floor(at / images)).toBe(Math.floor(row / images));
            }
          }
        }
      }),
    );
  });

  it('given any story, then a panel sees the kept tokens in the masks of the concepts that it shares, each once', () => {
    fc.assert(
      fc.property(stages, ({ edges, runs, maskOf, kept, level, panels }) => {
        for (let viewer = 0; viewer < panels.length; viewer++) {
          for (const [run, half] of runs.flatMap((each) => each.layout.halves.map((own) => [each, own] as const))) {
            const wanted = edges
              .filter((edge) => edge.viewer === viewer)
              .flatMap(({ source, concepts }) => {
                const mask = resizeMask(maskOf(source, concepts), MASK_GRID, level);
                return [...mask.keys()]
                  .filter((token) => mask[token] && kept[source]?.[token])
                  .map((token) => `${half.row(source)} ${token}`);
              });
            const found = seenBy(run, half.row(viewer)).map(([at, token]) => `${at} ${token}`);
            expect(found.sort()).toEqual(wanted.sort());
            expect(new Set(found).size).toBe(found.length);
          }
        }
      }),
    );
  });

  it('given nobody to share with, then the bank is empty and legal', () => {
    const bank = tokenBank(
      [],
      onlyRun(2, { guided: true, twins: false }),
      { height: 8, width: 6 },
      MASK_GRID,
      () => new Uint8Array(size),
      [],
    );
    expect(bank.index.shape).toEqual([4, 0]);
    expect([...bank.length.data]).toEqual([0n, 0n, 0n, 0n]);
  });
});

describe('runLayouts', () => {
  const sources = ({ rows, querySource }: RowLayout) => Array.from({ length: rows }, (_, row) => querySource(row));

  it('given twins, then each half is a run of its own, as large as one without twins', () => {
    const runs = runLayouts(3, { guided: true, twins: true });
    expect(runs.map(({ rows }) => rows)).toEqual([6, 6]);
    expect(runs.map(({ halves }) => halves.map(({ kind, place }) => [kind, place]))).toEqual([
      [['uncond', 0]],
      [['cond', 1]],
    ]);
    for (const { halves } of runs) expect([0, 1, 2].map((image) => halves[0]?.row(image))).toEqual([0, 1, 2]);
  });

  it('given twins, then each row is blended with the one that sees the same and shares nothing', () => {
    for (const run of runLayouts(3, { guided: true, twins: true })) expect(sources(run)).toEqual([3, 4, 5, 3, 4, 5]);
  });

  it('given none, then both halves are one run, and each row is its own source', () => {
    const run = onlyRun(2, { guided: true, twins: false });
    expect(run.halves.map(({ kind, row }) => [kind, row(0), row(1)])).toEqual([
      ['uncond', 0, 1],
      ['cond', 2, 3],
    ]);
    expect(sources(run)).toEqual([0, 1, 2, 3]);
  });

  it('given no guidance, then there are cond rows alone', () => {
    for (const twins of [false, true]) {
      const run = onlyRun(2, { guided: false, twins });
      expect(run.rows).toBe(twins ? 4 : 2);
      expect(run.halves.map(({ kind, place }) => [kind, place])).toEqual([['cond', 0]]);
    }
  });
});

function onlyRun(...asked: Parameters<typeof runLayouts>): RowLayout {
  const [run, ...more] = runLayouts(...asked);
  if (!run || more.length > 0) throw new Error(`one run was expected, not ${more.length + 1}`);
  return run;
}
