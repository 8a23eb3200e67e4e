import { type Block, chart, prose, type Section } from '../blocks.ts';

/** What the charts need of `npm run bench`'s JSON file. */
export interface SpeedResults {
  readonly byPanels?: readonly PanelCount[];
}

interface PanelCount {
  readonly panels: number;
  readonly drawing: Readonly<Record<string, readonly { readonly wall: number }[]>>;
}

/** Speed and memory as `npm run bench` tells them, with a chart of time by the number of panels. */
export function speedSection(markdown: string, results: SpeedResults | undefined): Section {
  return { id: 'speed', title: 'Speed and memory', blocks: [...panelChart(results?.byPanels ?? []), prose(markdown)] };
}

function panelChart(counts: readonly PanelCount[]): Block[] {
  const points = counts.flatMap(({ panels, drawing }) =>
    Object.entries(drawing).map(([series, rounds]) => ({
      series,
      x: panels,
      y: Math.min(...rounds.map(({ wall }) => wall)) / panels / 1000,
    })),
  );
  if (points.length === 0) return [];
  const says = points.map(({ series, x, y }) => `${series}, ${x} panels: ${y.toFixed(2)} s`).join('; ');
  return [
    chart('**Seconds a panel** by the number of panels drawn together (minima).', `Seconds a panel. ${says}`, {
      type: 'lines',
      xLabel: 'panels',
      yLabel: 'seconds a panel',
      points,
    }),
  ];
}
