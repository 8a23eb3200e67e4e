import { meanOf } from '../inspection/pairs.ts';
import { type MeanInterval, meanInterval } from './bootstrap.ts';
import { MEASURE_NAMES, type MeasureName } from './measures/measure-names.ts';
import type { Cell } from './run-evaluation.ts';
import { PLAIN } from './variants.ts';

export interface VariantSummary {
  readonly variant: string;
  readonly byMeasure: Readonly<Record<MeasureName, MeasureSummary>>;
  /** mean seconds to draw a story */
  readonly took: number;
  /** mean share of the picture that a mask covers */
  readonly coverage: number;
  /** subjects of which no mask was found */
  readonly emptyMasks: number;
  /** mean tokens a panel that took features from others, and the IoU of masks before and after */
  readonly injected: number;
  readonly maskKept: number;
}

export interface MeasureSummary {
  /** over all stories and runs */
  readonly mean: number | null;
  /** over the stories of each run */
  readonly runs: readonly (number | null)[];
  /** against plain, paired by story and run; null for plain itself and where it is not to be measured */
  readonly difference: MeanInterval | null;
}

export function summarize(cells: readonly Cell[]): VariantSummary[] {
  const variants = [...new Set(cells.map((cell) => cell.variant))];
  const plain = new Map(cells.filter((cell) => cell.variant === PLAIN).map((cell) => [placeOf(cell), cell]));
  return variants.map((variant) => {
    const own = cells.filter((cell) => cell.variant === variant);
    const panels = own.flatMap((cell) => cell.diagnosis);
    const coverage = own.flatMap((cell) => cell.coverage);
    return {
      variant,
      byMeasure: Object.fromEntries(
        MEASURE_NAMES.map((name) => [name, summarizeMeasure(name, own, variant === PLAIN ? new Map() : plain)]),
      ) as Record<MeasureName, MeasureSummary>,
      took: meanOf(own.map((cell) => cell.took)) ?? 0,
      coverage: meanOf(coverage) ?? 0,
      emptyMasks: coverage.filter((covered) => covered === 0).length,
      injected: meanOf(panels.map((panel) => panel.injected)) ?? 0,
      maskKept: meanOf(panels.map((panel) => panel.maskKept)) ?? 0,
    };
  });
}

/** The measures that any of the variants has. */
export const measuresIn = (summaries: readonly VariantSummary[]): MeasureName[] =>
  MEASURE_NAMES.filter((name) => summaries.some(({ byMeasure }) => typeof byMeasure[name]?.mean === 'number'));

function summarizeMeasure(name: MeasureName, own: readonly Cell[], plain: ReadonlyMap<string, Cell>): MeasureSummary {
  const runs = [...new Set(own.map((cell) => cell.run))].sort((a, b) => a - b);
  const mean = (cells: readonly Cell[]) => meanOf(cells.map((cell) => cell.measures[name] ?? undefined));
  const differences = own.flatMap((cell) => {
    const [value, before] = [cell.measures[name], plain.get(placeOf(cell))?.measures[name]];
    return typeof value === 'number' && typeof before === 'number' ? [value - before] : [];
  });
  return {
    mean: mean(own),
    runs: runs.map((run) => mean(own.filter((cell) => cell.run === run))),
    difference: meanInterval(differences) ?? null,
  };
}

const placeOf = ({ story, run }: Cell): string => `${story} ${run}`;
