import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { BarChart, Chart, IntervalChart, LineChart } from './blocks.ts';

/** Of the drawing's own units; the page scales it. */
const WIDTH = 720;
/** A letter of 12 units is about half as wide; the rest is a tick and some air. */
const LETTER_WIDTH = 6.4;
const TICK_ROOM = 20;
const LEAST_MARGIN = 120;
const ROW_HEIGHT = 26;
const LINES_HEIGHT = 320;
const TICKS = 5;
/** Of a line's name, as a share of the chart's range: its letters are 12 of some 250 units high. */
const LABEL_GAP = 0.06;
/** The style sheet defines these colours for light and dark pages. */
const SERIES_COLOURS = Array.from({ length: 8 }, (_, i) => `var(--series-${i + 1})`);
/** Colours alone do not tell series apart. */
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '12 4', '1 4', '10 2 2 2 2 2', '4 4'];

/** A chart as SVG. It carries no name of its own: its figure has the caption and the description. */
export function chartSvg(chart: Chart): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const common = { document, width: WIDTH, style: { background: 'none', color: 'inherit', fontSize: '12px' } } as const;
  const drawn = Plot.plot({ ...common, ...optionsOf(chart) } as Plot.PlotOptions) as { readonly outerHTML: string };
  return drawn.outerHTML;
}

function optionsOf(chart: Chart): Plot.PlotOptions {
  if (chart.type === 'intervals') return intervals(chart);
  return chart.type === 'lines' ? lines(chart) : bars(chart);
}

function intervals({ points, valueLabel }: IntervalChart): Plot.PlotOptions {
  const domain = [...new Set(points.map(({ name }) => name))];
  return {
    ...rowScale(domain),
    marginBottom: 46,
    x: { label: valueLabel, labelOffset: 40, grid: true, ticks: TICKS, nice: true },
    marks: [
      Plot.ruleX([0], { strokeOpacity: 0.5 }),
      Plot.ruleY(points, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--series-1)', strokeWidth: 2 }),
      Plot.dot(points, { y: 'name', x: 'value', r: 4, fill: 'var(--series-1)', title: titleOf }),
    ],
  };
}

function bars({ bars: values, valueLabel }: BarChart): Plot.PlotOptions {
  const groups = [...new Set(values.map(({ group }) => group ?? ''))];
  const isGrouped = groups.length > 1;
  const fill = ({ group }: BarChart['bars'][number]) => SERIES_COLOURS[groups.indexOf(group ?? '') % 8] as string;
  const rowName = isGrouped ? 'group' : 'name';
  return {
    ...(isGrouped
      ? {
          marginLeft: nameMargin(values.map(({ name }) => name)),
          height: values.length * ROW_HEIGHT + 72,
          y: { axis: null, domain: groups },
          fy: { label: null, domain: [...new Set(values.map(({ name }) => name))] },
        }
      : rowScale(values.map(({ name }) => name))),
    marginBottom: 46,
    x: { label: valueLabel, labelOffset: 40, grid: true, ticks: TICKS, zero: true, nice: true },
    marks: [
      Plot.barX(values, { y: rowName, x: 'value', fill, title: titleOf, ...(isGrouped ? { fy: 'name' } : {}) }),
      Plot.text(values, {
        y: rowName,
        x: 'value',
        text: ({ value, group }: BarChart['bars'][number]) => `${short(value)}${isGrouped ? ` ${group}` : ''}`,
        textAnchor: 'start',
        dx: 4,
        ...(isGrouped ? { fy: 'name' } : {}),
      }),
      Plot.ruleX([0]),
    ],
    marginRight: 120,
  };
}

function lines({ points, xLabel, yLabel }: LineChart): Plot.PlotOptions {
  const series = [...new Set(points.map((point) => point.series))];
  const lastOf = series.flatMap((name) => points.filter((point) => point.series === name).slice(-1));
  const marks = series.flatMap((name, i) => {
    const own = points.filter((point) => point.series === name);
    const stroke = SERIES_COLOURS[i % SERIES_COLOURS.length] as string;
    const strokeDasharray = DASHES[i % DASHES.length] as string;
    return [
      Plot.line(own, { x: 'x', y: 'y', stroke, strokeWidth: 2, strokeDasharray }),
      Plot.dot(own, { x: 'x', y: 'y', r: 3, fill: stroke, title: titleOf }),
    ];
  });
  return {
    height: LINES_HEIGHT,
    marginLeft: 60,
    marginRight: 150,
    marginBottom: 46,
    x: { label: xLabel, labelOffset: 40, ticks: TICKS },
    y: { label: yLabel, grid: true, ticks: TICKS, nice: true },
    marks: [
      ...marks,
      Plot.text(spreadLabels(lastOf, points), { x: 'x', y: 'y', text: 'series', textAnchor: 'start', dx: 8 }),
    ],
  };
}

/** Names at the ends of lines, moved apart where they would lie upon each other. */
function spreadLabels(ends: LineChart['points'], points: LineChart['points']): LineChart['points'] {
  const values = points.map(({ y }) => y);
  const gap = (Math.max(...values) - Math.min(...values)) * LABEL_GAP;
  let lowest = Number.NEGATIVE_INFINITY;
  return [...ends]
    .sort((a, b) => a.y - b.y)
    .map((end) => {
      const y = Math.max(end.y, lowest);
      lowest = y + gap;
      return { ...end, y };
    });
}

function rowScale(domain: readonly string[]): Plot.PlotOptions {
  return {
    marginLeft: nameMargin(domain),
    height: domain.length * ROW_HEIGHT + 72,
    y: { label: null, domain: [...domain] },
  };
}

/** Room for the longest name, so that none is cut off. */
function nameMargin(names: readonly string[]): number {
  const longest = Math.max(0, ...names.map(({ length }) => length));
  return Math.max(LEAST_MARGIN, Math.ceil(longest * LETTER_WIDTH) + TICK_ROOM);
}

const short = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 2 : 0);

function titleOf(mark: Record<string, unknown>): string {
  return Object.entries(mark)
    .map(([name, value]) => `${name}: ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');
}
