import type { Mode } from '../benchmark-story.ts';
import type { MeasuredParts } from '../parts.ts';
import type { RaceResult } from '../race.ts';
import { rivalName } from '../racing-rival.ts';
import { minimum } from '../rounds.ts';
import type { ScalingPoint } from '../scaling.ts';
import type { StepsResult } from '../steps.ts';
import { samplings, walls } from './targets.ts';

/** A chart of the results, ready to be drawn: the shape of the evaluation report's chart blocks. */
export interface BenchChart {
  readonly kind: 'chart';
  readonly caption: string;
  readonly alt: string;
  readonly chart: LineChart | BarChart;
}

interface LineChart {
  readonly type: 'lines';
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
}

interface BarChart {
  readonly type: 'bars';
  readonly valueLabel: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly group?: string }[];
}

/** Shares below this are no bars. */
const LEAST_SHARE = 0.01;

/** Charts of what was measured, for the report of `npm run evaluate`. */
export function chartsOf({ race, compiled, steps, scaling }: MeasuredParts): BenchChart[] {
  const byPanels = scaling?.result.panels ?? [];
  const byAnchors = scaling?.result.anchors ?? [];
  return [
    ...(race ? [contendersChart(race.result, compiled?.result)] : []),
    ...(scaling
      ? [
          pointsChart('Seconds a panel', 'panels', byPanels, (p) => p.panels, secondsAPanel),
          pointsChart('Peak memory, MB', 'panels', byPanels, (p) => p.panels, peakMegabytes),
          pointsChart(
            'Seconds a panel',
            'pixels along a side',
            scaling.result.sizes,
            (p) => p.size.width,
            secondsAPanel,
          ),
          pointsChart('Seconds a panel', 'anchors', byAnchors, (p) => anchorsOf(p), secondsAPanel),
        ]
      : []),
    ...(steps ? [operatorsChart(steps.result)] : []),
  ];
}

function contendersChart({ ours, one, rivals }: RaceResult, compiled: RaceResult | undefined): BenchChart {
  const plain = minimum(samplings(ours.plain));
  const bar = (name: string, times: number) => ({ name, value: times });
  const compiledPlain = minimum(samplings(compiled?.ours.plain));
  const bars = [
    ...Object.entries(ours).map(([mode, drawings]) => bar(`Troupe ${mode}`, minimum(samplings(drawings)) / plain)),
    ...(one.remembered.length > 0
      ? [bar('Troupe, another take of one panel', minimum(walls(one.remembered)) / plain)]
      : []),
    ...rivals.flatMap(({ times, ...kind }) => [
      bar(`${rivalName(kind)}, plain`, minimum(walls(times.plain)) / plain),
      bar(`${rivalName(kind)}, ConsiStory`, minimum(walls(times.consistory)) / plain),
    ]),
    ...(compiled?.rivals ?? []).flatMap(({ times, ...kind }) => [
      bar(`${rivalName(kind)}, plain`, minimum(walls(times.plain)) / compiledPlain),
      bar(`${rivalName(kind)}, ConsiStory`, minimum(walls(times.consistory)) / compiledPlain),
    ]),
  ];
  return {
    kind: 'chart',
    caption: '**Time of sampling**, in times of Troupe’s plain sampling of the same panels (minima).',
    alt: `Times of Troupe's plain sampling. ${bars.map(({ name, value }) => `${name}: ${value.toFixed(2)}`).join('; ')}`,
    chart: { type: 'bars', valueLabel: '× plain', bars },
  };
}

function pointsChart(
  yLabel: string,
  xLabel: string,
  found: readonly ScalingPoint[],
  x: (point: ScalingPoint) => number,
  y: (point: ScalingPoint, mode: Mode) => number,
): BenchChart {
  const points = found.flatMap((point) =>
    (Object.keys(point.times) as Mode[]).map((series) => ({ series, x: x(point), y: y(point, series) })),
  );
  const says = points.map((p) => `${p.series}, ${p.x} ${xLabel}: ${p.y.toFixed(2)}`).join('; ');
  return {
    kind: 'chart',
    caption: `**${yLabel}** by ${xLabel}.`,
    alt: `${yLabel}. ${says}`,
    chart: { type: 'lines', xLabel, yLabel: yLabel.toLowerCase(), points },
  };
}

const secondsAPanel = ({ times, panels }: ScalingPoint, mode: Mode): number =>
  minimum(walls(times[mode])) / panels / 1e3;

const peakMegabytes = ({ peak }: ScalingPoint, mode: Mode): number => (peak[mode] ?? Number.NaN) / 1e6;

const anchorsOf = ({ anchors, panels }: ScalingPoint): number => (typeof anchors === 'number' ? anchors : panels);

function operatorsChart({ steps }: StepsResult): BenchChart {
  const bars = steps
    .filter(({ kind }) => kind !== 'blended')
    .flatMap(({ kind, operators }) => {
      const total = operators.reduce((sum, { time }) => sum + time, 0);
      return operators
        .map(({ operator, time }) => ({ name: operator, value: (100 * time) / total, group: kind }))
        .filter(({ value }) => value >= 100 * LEAST_SHARE);
    });
  return {
    kind: 'chart',
    caption: '**A step by operator**, in percent of its time.',
    alt: `Percent of a step's time. ${bars.map(({ name, value, group }) => `${group} step, ${name}: ${value.toFixed(1)}`).join('; ')}`,
    chart: { type: 'bars', valueLabel: 'percent of the step', bars },
  };
}
