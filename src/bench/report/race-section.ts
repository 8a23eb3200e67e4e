import type { Phase } from '../../engine/draw-story.ts';
import type { RaceResult } from '../race.ts';
import { type RivalResult, rivalName } from '../racing-rival.ts';
import { maximum, median, minimum, ratio, type Series, unrest } from '../rounds.ts';
import type { TimedDrawing } from '../timed-drawing.ts';
import { factor, megabytes, ms, percent, seconds, table } from './markdown.ts';
import { samplings, walls } from './targets.ts';

const PHASES: readonly Phase[] = ['encode', 'sample', 'match', 'inject', 'decode'];

/** Ours in all modes, by phase, and one panel. */
export function drawingSection(race: RaceResult): string[] {
  const plain = walls(race.ours.plain);
  const { panel, redraw, remembered } = race.one;
  const one: readonly (readonly [string, Series])[] = [
    ['one plain panel', walls(panel)],
    ['another take, anchors drawn again', walls(redraw)],
    ['another take, anchors remembered', walls(remembered)],
  ];
  const modes = Object.entries(race.ours);
  return [
    table(
      [
        `${race.panels} panels`,
        'minimum',
        'median',
        'maximum',
        'unrest',
        '× plain',
        'processor time',
        'main thread late: p50 / p99 / max',
      ],
      modes.map(([mode, drawings]) => [
        mode,
        ...spread(walls(drawings)),
        factor(ratio(walls(drawings), plain).ofMinima),
        ms(minimum(drawings.map(({ cpu }) => cpu))),
        loopDelay(drawings),
      ]),
    ),
    'By phase, minima over the rounds: `sample` is the first pass or the look ahead, `match` finds correspondences, `inject` is the pass that injects.',
    table(
      ['', ...PHASES],
      modes.map(([mode, drawings]) => [mode, ...PHASES.map((phase) => bestPhase(drawings, phase))]),
    ),
    ...(panel.length === 0
      ? []
      : [
          'Another take of one panel behind the canon of its character (two anchors):',
          table(
            ['one panel', 'minimum', 'median', 'maximum', 'unrest', '× one plain panel'],
            one.map(([name, series]) => [name, ...spread(series), factor(ratio(series, walls(panel)).ofMinima)]),
          ),
        ]),
  ];
}

/** Ours against PyTorch's, sampling alone. */
export function rivalsSection({ ours, rivals }: RaceResult): string[] {
  const rows = [
    ['Troupe', samplings(ours.plain), samplings(ours.exact), '', ''] as const,
    ...(ours.onepass ? [['Troupe, one pass', samplings(ours.plain), samplings(ours.onepass), '', ''] as const] : []),
    ...rivals.map(({ times, first, loaded, peak, ...kind }) => {
      const compilation =
        first.plain + first.consistory - minimum(walls(times.plain)) - minimum(walls(times.consistory));
      return [
        rivalName(kind),
        walls(times.plain),
        walls(times.consistory),
        `${megabytes(loaded)} / ${megabytes(peak.plain)} / ${megabytes(peak.consistory)}`,
        kind.compile ? seconds(compilation) : '',
      ] as const;
    }),
  ];
  const [, plain, exact] = rows[0] as (typeof rows)[number];
  return [
    table(
      [
        'sampling alone',
        'plain',
        '÷ ours',
        'ConsiStory',
        '÷ ours',
        'its ConsiStory ÷ its plain',
        'peak memory: loaded / plain / ConsiStory',
        'compilation',
      ],
      rows.map(([name, p, c, memory, compilation]) => [
        name,
        ms(minimum(p)),
        factor(ratio(p, plain).ofMinima),
        ms(minimum(c)),
        factor(ratio(c, exact).ofMinima),
        factor(ratio(c, p).ofMinima),
        memory,
        compilation,
      ]),
    ),
    agreementTable(rivals),
  ];
}

function agreementTable(rivals: readonly RivalResult[]): string {
  const rows = rivals.flatMap(({ agreement, ...kind }) =>
    Object.entries(agreement).map(([method, { latents, relative, levels, masks }]) => [
      `${rivalName(kind)}, ${method}`,
      latents.toExponential(1),
      relative.toExponential(1),
      levels.mean.toExponential(1),
      String(levels.greatest),
      masks === undefined ? '' : masks.toFixed(3),
    ]),
  );
  const heads = [
    'against ours',
    'latents, greatest difference',
    'relative (RMS)',
    'pictures, mean (of 255)',
    'greatest',
    'masks, IoU',
  ];
  return table(heads, rows);
}

const spread = (series: Series): string[] => [
  ms(minimum(series)),
  ms(median(series)),
  ms(maximum(series)),
  percent(unrest(series)),
];

function loopDelay(drawings: readonly TimedDrawing[]): string {
  const delay = (pick: 'p50' | 'p99' | 'max') => median(drawings.map(({ loop }) => loop[pick])).toFixed(1);
  return `${delay('p50')} / ${delay('p99')} / ${delay('max')} ms`;
}

function bestPhase(drawings: readonly TimedDrawing[], phase: Phase): string {
  const spent = drawings.flatMap(({ phases }) => phases[phase] ?? []);
  return spent.length > 0 ? ms(minimum(spent)) : '';
}
