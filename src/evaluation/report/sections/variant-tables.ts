import type { MeanInterval } from '../../bootstrap.ts';
import { MEASURES, type MeasureName } from '../../measures/measure-names.ts';
import type { VariantSummary } from '../../summary.ts';
import { type ChartBlock, chart, number, type Table, table } from '../blocks.ts';

const ARROWS = { more: ' ↑', less: ' ↓', 'not-less': ' not ↓', 'not-more': ' not ↑', told: '' } as const;

export const titleOf = (name: MeasureName): string => `${MEASURES[name].title}${ARROWS[MEASURES[name].aim]}`;

/** Measures in rows, for there are many; variants in columns. */
export function meansTable(summaries: readonly VariantSummary[], names: readonly MeasureName[]): Table {
  return table(
    'Means over stories and seeds. Arrows say what is wanted against plain.',
    ['measure', ...summaries.map((summary) => summary.variant)],
    names.map((name) => [titleOf(name), ...summaries.map((summary) => number(summary.byMeasure[name]?.mean))]),
  );
}

export function differencesTable(summaries: readonly VariantSummary[], names: readonly MeasureName[]): Table {
  const compared = summaries.filter((summary) => names.some((name) => summary.byMeasure[name]?.difference));
  return table(
    'Differences to plain, paired by story and seed, with 95 % bootstrap intervals.',
    ['measure', ...compared.map((summary) => summary.variant)],
    names.map((name) => [titleOf(name), ...compared.map(({ byMeasure }) => interval(byMeasure[name]?.difference))]),
  );
}

/** A measure's differences to plain, one row for each variant. */
export function differencesChart(summaries: readonly VariantSummary[], name: MeasureName): ChartBlock {
  const points = summaries.flatMap(({ variant, byMeasure }) => {
    const difference = byMeasure[name]?.difference;
    return difference ? [{ name: variant, value: difference.mean, low: difference.low, high: difference.high }] : [];
  });
  const says = points.map((point) => `${point.name} ${signed(point.value)}`).join(', ');
  return chart(
    `**${titleOf(name)}**: difference to plain, with 95 % intervals.`,
    `${MEASURES[name].title}, difference to plain: ${says}`,
    { type: 'intervals', valueLabel: `difference of ${MEASURES[name].title}`, points },
  );
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

const interval = (difference: MeanInterval | null | undefined): string =>
  difference ? `${signed(difference.mean)} (${signed(difference.low)} to ${signed(difference.high)})` : '–';
