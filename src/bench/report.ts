import type { Phase } from '../engine/draw-story.ts';
import { MODES, type Mode } from './benchmark-story.ts';
import type { FreshDrawing } from './fresh-process.ts';
import type { PerMode, Race } from './measurements.ts';
import { maximum, median, minimum, ratio, type Series, unrest } from './rounds.ts';
import type { TimedDrawing } from './timed-drawing.ts';

export interface Circumstances {
  readonly command: string;
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  /** bytes */
  readonly memory: number;
  readonly versions: Readonly<Record<string, string>>;
  /** processes that wanted a core, mean over a minute, before and after */
  readonly load: readonly [number, number];
}

export interface BenchResults {
  readonly circumstances: Circumstances;
  readonly model: string;
  readonly panels: number;
  readonly steps: number;
  readonly drawing: PerMode<TimedDrawing>;
  readonly memory: PerMode<FreshDrawing>;
  /** milliseconds */
  readonly firstStep: readonly number[];
  readonly race: Race | undefined;
  /** the same with one thread, where processor time is work alone; fewer steps */
  readonly oneThread: {
    readonly steps: number;
    readonly drawing: PerMode<TimedDrawing>;
    readonly race: Race | undefined;
  };
  readonly byPanels: readonly PanelsRow[];
}

export interface PanelsRow {
  readonly panels: number;
  readonly steps: number;
  readonly drawing: PerMode<TimedDrawing>;
  readonly memory: PerMode<FreshDrawing>;
}

/** The targets of the project, and what was measured. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

const TARGETS = { exactTime: 2.6, exactMemory: 1.3, stall: 50, firstStep: 2000, race: 1.15 };

const walls = (drawings: readonly TimedDrawing[]): Series => drawings.map(({ wall }) => wall);
const cpus = (drawings: readonly TimedDrawing[]): Series => drawings.map(({ cpu }) => cpu);
const peaks = (drawings: readonly FreshDrawing[]): Series => drawings.map(({ peak }) => peak);
const times = (race: Race, name: 'troupe' | 'diffusers'): Series => race.times[name].map(({ wall }) => wall);

const factor = (value: number) => `${value.toFixed(2)} ×`;
const ms = (value: number) => `${value.toFixed(0)} ms`;
const megabytes = (value: number) => `${(value / 1e6).toFixed(0)} MB`;
const percent = (value: number) => `${(value * 100).toFixed(0)} %`;

export function verdicts({ drawing, memory, firstStep, race }: BenchResults): Verdict[] {
  const time = ratio(walls(drawing.exact), walls(drawing.plain));
  const peak = ratio(peaks(memory.exact), peaks(memory.plain)).ofMedians;
  const stall = median(MODES.flatMap((mode) => drawing[mode].map(({ loop }) => loop.p99)));
  const first = minimum(firstStep);
  const found = [
    {
      what: 'exact, time',
      target: `≤ ${TARGETS.exactTime} × plain`,
      measured: `${factor(time.ofMinima)} (medians ${factor(time.ofMedians)})`,
      met: time.ofMinima <= TARGETS.exactTime,
    },
    {
      what: 'exact, peak memory',
      target: `≤ ${TARGETS.exactMemory} × plain`,
      measured: factor(peak),
      met: peak <= TARGETS.exactMemory,
    },
    {
      what: 'main thread, 99th percentile of delay while drawing',
      target: `< ${TARGETS.stall} ms`,
      measured: `${stall.toFixed(1)} ms`,
      met: stall < TARGETS.stall,
    },
    {
      what: '`npm run story` to its first sampling step',
      target: `< ${TARGETS.firstStep} ms`,
      measured: `${ms(first)} (median ${ms(median(firstStep))})`,
      met: first < TARGETS.firstStep,
    },
  ];
  if (race) {
    const speed = ratio(times(race, 'diffusers'), times(race, 'troupe'));
    found.push({
      what: `plain sampling against diffusers (eager float32, ${race.threads} threads)`,
      target: `≥ ${TARGETS.race} × as fast`,
      measured: `${factor(speed.ofMinima)} (medians ${factor(speed.ofMedians)})`,
      met: speed.ofMinima >= TARGETS.race,
    });
  }
  return found;
}

/** The results as a page of docs/. */
export function renderReport(results: BenchResults): string {
  const { circumstances: c, model, panels, steps, race } = results;
  const versions = Object.entries({ ...c.versions, ...race?.versions }).map(([name, version]) => `${name} ${version}`);
  return [
    '# Speed and memory',
    `Written by \`${c.command}\` on ${c.date}. ${c.processor}, ${c.cores} cores, ${(c.memory / 1e9).toFixed(0)} GB; ${versions.join(', ')}. ` +
      `Load average ${c.load[0].toFixed(1)} before, ${c.load[1].toFixed(1)} after. Model ${model}, ${panels} panels, ${steps} steps unless said otherwise.`,
    'What is compared takes turns, so that other work on the machine disturbs both alike. *Unrest* is how much the median exceeds the minimum: on a quiet machine near 0 %, and where it is large only ratios mean something. Processor time counts all threads, those that wait for work included.',
    '## Targets',
    table(
      ['', 'target', 'measured', 'met'],
      verdicts(results).map((v) => [v.what, v.target, v.measured, v.met ? 'yes' : '**no**']),
    ),
    '## Drawing',
    drawingTable(results),
    '## Phases',
    'Minima over the rounds. `sample` is the first pass, `match` finds correspondences, `inject` is the second pass.',
    phaseTable(results),
    '## Memory and loading',
    'Each number is of a process of its own that drew one story: resident memory at its largest, and when the model was loaded.',
    memoryTable(results),
    '## Work',
    'Processor time with one thread: other work on the machine hardly changes it. Ours includes prompts and decoding, that of diffusers is sampling alone.',
    workTable(results),
    '## Number of panels',
    `${results.byPanels[0]?.steps ?? 0} steps.`,
    panelsTable(results),
    ...(race ? ['## Against diffusers', raceText(race)] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

function drawingTable({ drawing }: BenchResults): string {
  const row = (mode: Mode) => {
    const [wall, cpu] = [walls(drawing[mode]), cpus(drawing[mode])];
    const loops = drawing[mode].map(({ loop }) => loop);
    const delay = (pick: 'p50' | 'p99' | 'max') => median(loops.map((loop) => loop[pick])).toFixed(1);
    return [
      mode,
      ms(minimum(wall)),
      ms(median(wall)),
      ms(maximum(wall)),
      percent(unrest(wall)),
      ms(minimum(cpu)),
      `${delay('p50')} / ${delay('p99')} / ${delay('max')} ms`,
    ];
  };
  const r = ratio(walls(drawing.exact), walls(drawing.plain));
  const cpu = ratio(cpus(drawing.exact), cpus(drawing.plain));
  const ratios = ['exact ÷ plain', factor(r.ofMinima), factor(r.ofMedians), '', '', factor(cpu.ofMinima), ''];
  const heads = ['', 'minimum', 'median', 'maximum', 'unrest', 'processor time', 'main thread late: p50 / p99 / max'];
  return table(heads, [...MODES.map(row), ratios]);
}

function phaseTable({ drawing }: BenchResults): string {
  const phases = [...new Set(MODES.flatMap((mode) => drawing[mode].flatMap((d) => Object.keys(d.phases) as Phase[])))];
  const order: readonly Phase[] = ['encode', 'sample', 'match', 'inject', 'decode'];
  const best = (mode: Mode, phase: Phase) => {
    const spent = drawing[mode].map((d) => d.phases[phase]).filter((t) => t !== undefined);
    return spent.length > 0 ? ms(minimum(spent)) : '';
  };
  const rows = MODES.map((mode) => [mode, ...order.filter((p) => phases.includes(p)).map((p) => best(mode, p))]);
  return table(['', ...order.filter((p) => phases.includes(p))], rows);
}

function memoryTable({ memory }: BenchResults): string {
  const rows = MODES.map((mode) => [
    mode,
    megabytes(median(peaks(memory[mode]))),
    megabytes(median(memory[mode].map(({ loaded }) => loaded))),
    ms(minimum(memory[mode].map(({ load }) => load))),
  ]);
  return table(['', 'peak', 'loaded', 'time to load (minimum)'], rows);
}

function workTable({ oneThread: { steps, drawing, race } }: BenchResults): string {
  const row = (name: string, series: Series) => [
    name,
    ms(minimum(series)),
    ms(median(series)),
    percent(unrest(series)),
  ];
  const rival = race?.times.diffusers.map(({ cpu }) => cpu);
  const compared = (a: Series, b: Series) => [factor(ratio(a, b).ofMinima), factor(ratio(a, b).ofMedians), ''];
  const [plain, exact] = [cpus(drawing.plain), cpus(drawing.exact)];
  return table(
    [`${steps} steps`, 'minimum', 'median', 'unrest'],
    [
      row('plain', plain),
      row('exact', exact),
      ['exact ÷ plain', ...compared(exact, plain)],
      ...(rival ? [row('diffusers, plain', rival), ['diffusers ÷ ours, plain', ...compared(rival, plain)]] : []),
    ],
  );
}

function panelsTable({ byPanels }: BenchResults): string {
  const rows = byPanels.map(({ panels, drawing, memory }) => [
    String(panels),
    ...MODES.map((mode) => ms(minimum(walls(drawing[mode])) / panels)),
    factor(ratio(walls(drawing.exact), walls(drawing.plain)).ofMinima),
    ...MODES.map((mode) => megabytes(median(peaks(memory[mode])))),
    factor(ratio(peaks(memory.exact), peaks(memory.plain)).ofMedians),
  ]);
  const heads = ['panels', 'plain, per panel', 'exact, per panel', 'ratio', 'plain, peak', 'exact, peak', 'ratio'];
  return table(heads, rows);
}

function raceText(race: Race): string {
  const rows = (['troupe', 'diffusers'] as const).map((name) => {
    const series = times(race, name);
    return [name, ms(minimum(series)), ms(median(series)), ms(maximum(series)), percent(unrest(series))];
  });
  return `${table(['sampling alone', 'minimum', 'median', 'maximum', 'unrest'], rows)}\n\nBoth start from the same noise; the finished latents differ by at most ${race.difference.toExponential(1)}.`;
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
