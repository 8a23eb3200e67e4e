import { describe, expect, it } from 'vitest';
import { coatCalibration } from '../../src/evaluation/coat-calibration.ts';
import { MEASURE_NAMES, type MeasureName, type Measures } from '../../src/evaluation/measures/measure-names.ts';
import type { Cell } from '../../src/evaluation/run-evaluation.ts';
import { summarize, type VariantSummary } from '../../src/evaluation/summary.ts';
import { findingsOf } from '../../src/evaluation/verdict.ts';

const RUNS = [1, 2];
const STORIES = ['fox', 'cat', 'owl', 'pig'];

/** Cells in which a measure has the value that `value` gives and all others have none. */
function cells(measure: MeasureName, value: (variant: string, run: number, story: number) => number | null): Cell[] {
  return ['plain', 'all'].flatMap((variant) =>
    RUNS.flatMap((run) =>
      STORIES.map((story, s): Cell => {
        const none = Object.fromEntries(MEASURE_NAMES.map((name) => [name, null])) as Measures;
        return {
          story,
          run,
          seed: '1',
          variant,
          prompts: [],
          diagnosis: [{ injected: 4, similarity: 0.5, maskKept: 1 }],
          took: 2,
          measures: { ...none, [measure]: value(variant, run, s) },
          coats: [],
          pairs: [],
          judged: undefined,
          coverage: [0, 0.5],
        };
      }),
    ),
  );
}

const summaries = (...args: Parameters<typeof cells>): [VariantSummary, VariantSummary] =>
  summarize(cells(...args)) as [VariantSummary, VariantSummary];

const holds = (measure: MeasureName, value: Parameters<typeof cells>[1]): boolean | undefined => {
  const [plain, all] = summaries(measure, value);
  return findingsOf(all, plain).find((finding) => finding.measure === measure)?.holds;
};

describe('summary', () => {
  it('given stories that differ among themselves, then the difference is paired: their own spread is not in it', () => {
    const [plain, all] = summaries('coatColours', (variant, _, story) => story / 10 + (variant === 'all' ? 0.2 : 0));
    expect(plain.byMeasure.coatColours.mean).toBeCloseTo(0.15, 10);
    expect(plain.byMeasure.coatColours.difference).toBeNull();
    expect(all.byMeasure.coatColours.runs).toEqual([expect.closeTo(0.35, 10), expect.closeTo(0.35, 10)]);
    const difference = all.byMeasure.coatColours.difference;
    expect(difference?.count).toBe(8);
    expect(difference?.low).toBeCloseTo(0.2, 10);
    expect(difference?.high).toBeCloseTo(0.2, 10);
  });

  it('given a value that is not known, then its pair is left out', () => {
    const [, all] = summaries('features', (variant, run, story) => (variant === 'all' && story === 0 ? null : run));
    expect(all.byMeasure.features.difference?.count).toBe(6);
    expect(all.byMeasure.backgroundMoved.mean).toBeNull();
  });

  it('given masks without a patch, then they are counted', () => {
    const [plain] = summaries('features', () => 1);
    expect(plain).toMatchObject({ emptyMasks: 8, coverage: 0.25, took: 2, injected: 4, maskKept: 1 });
  });
});

describe('verdict', () => {
  it('given identity that is better on every seed and story, then it holds', () => {
    expect(holds('coatColours', (variant) => (variant === 'all' ? 0.7 : 0.4))).toBe(true);
    expect(holds('features', (variant) => (variant === 'all' ? 0.4 : 0.7))).toBe(true);
    expect(holds('features', (variant) => (variant === 'all' ? 0.7 : 0.4))).toBe(false);
  });

  it('given one seed average that is no better, then it does not hold, however good the other is', () => {
    expect(holds('coatColours', (variant, run) => (variant === 'all' && run === 1 ? 0.9 : 0.4))).toBe(false);
  });

  it('given a background that gets alike by more than its tolerance, then it does not hold', () => {
    expect(holds('backgroundColours', (variant) => (variant === 'all' ? 0.31 : 0.3))).toBe(true);
    expect(holds('backgroundColours', (variant) => (variant === 'all' ? 0.4 : 0.3))).toBe(false);
    expect(holds('promptMargin', (variant) => (variant === 'all' ? 0.1 : 0.4))).toBe(false);
  });

  it('given a measure that is only told, then nothing is found', () => {
    expect(holds('backgroundMoved', (variant) => (variant === 'all' ? 1 : 0))).toBeUndefined();
  });
});

describe('coat calibration', () => {
  it('given prompts that name coats, then these panels alone are counted, each against its own story', () => {
    const [cell] = cells('features', () => 1);
    if (!cell) throw new Error('no cell');
    const spelled = { ...cell, variant: 'spelled-out' };
    const stories = [
      { subject: 'fox', looks: 'a red fox wearing a blue scarf', panels: [] },
      { subject: 'owl', looks: 'a blue owl', panels: [] },
    ];
    const found = coatCalibration(
      [
        { ...spelled, story: 'fox', coats: ['red', 'red', 'blue', null] },
        { ...spelled, story: 'owl', coats: ['blue'] },
        { ...cell, story: 'fox', coats: ['green', 'red'] },
      ],
      stories,
    );
    expect(found).toEqual({ asked: 5, read: 3 });
  });
});
