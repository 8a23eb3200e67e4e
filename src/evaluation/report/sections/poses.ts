import { type PoseBin, poseBins } from '../../pose-bins.ts';
import type { EvaluationResults } from '../../results.ts';
import { type Block, chart, number, prose, table } from '../blocks.ts';

const BINS = 3;

/** Agreement of two panels' subjects against the distance of their layouts. */
export function poseBlocks({ cells }: EvaluationResults): Block[] {
  const bins = poseBins(cells, BINS);
  if (bins.length === 0) return [];
  const variants = Object.keys(bins[0]?.byVariant ?? {});
  const nameOf = ({ from, to }: PoseBin) => `${from.toFixed(2)} to ${to.toFixed(2)}`;
  const of = (bin: PoseBin, variant: string) => bin.byVariant[variant];
  const value = (bin: PoseBin, variant: string) => of(bin, variant)?.colours?.mean;
  const bars = bins.flatMap((bin) =>
    variants.flatMap((group) => {
      const mean = value(bin, group);
      return mean === undefined ? [] : [{ name: nameOf(bin), group, value: mean }];
    }),
  );
  return [
    prose(
      'Pairs of panels by the displacement of their matched patches: the nearer third, the middle and the farther one. Bins hold pairs of all variants, so that variants are compared at equal distances.',
    ),
    chart(
      '**Colours in the mask** of two panels, by how far their layouts are apart.',
      `Colour agreement by displacement. ${bars.map((bar) => `${bar.name}, ${bar.group}: ${bar.value.toFixed(2)}`).join('; ')}`,
      { type: 'bars', valueLabel: 'histogram intersection', bars },
    ),
    table(
      'Means with 95 % bootstrap intervals over the pairs (pairs of one story are not independent: read them as hints).',
      ['displacement', ...variants.flatMap((v) => [`${v}: pairs`, `${v}: colours ↑`, `${v}: part colours apart ↓`])],
      bins.map((bin) => [
        nameOf(bin),
        ...variants.flatMap((variant) => {
          const found = of(bin, variant);
          return [String(found?.pairs ?? 0), interval(found?.colours), interval(found?.partColours)];
        }),
      ]),
    ),
  ];
}

const interval = (mean: { mean: number; low: number; high: number } | undefined): string =>
  mean ? `${number(mean.mean)} (${number(mean.low)} to ${number(mean.high)})` : '–';
