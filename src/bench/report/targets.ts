import type { Mode } from '../benchmark-story.ts';
import type { MeasuredParts } from '../parts.ts';
import type { RaceResult } from '../race.ts';
import { median, minimum, ratio, type Series } from '../rounds.ts';
import type { Timed } from '../timed-drawing.ts';
import { factor, ms } from './markdown.ts';

/** A target of the project, and what was measured. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Times plain sampling of the same panels: of issues 4 (exact) and 7 (one pass). */
const MOST_TIME = { exact: 2.6, onepass: 1.6 } as const;
const MOST_MEMORY = { exact: 1.3, onepass: 1.15 } as const;
/** times one plain panel */
const MOST_REDRAW = 1.5;
/** milliseconds */
const MOST_STALL = 50;
const MOST_FIRST_STEP = 2000;
/** times as fast as diffusers, eager float32 */
const LEAST_SPEED = 1.15;

export const walls = (times: readonly Timed[] = []): Series => times.map(({ wall }) => wall);
export const samplings = (times: readonly Timed[] = []): Series => times.map(({ sampling }) => sampling);

export function verdictsOf({ race, memory }: MeasuredParts): Verdict[] {
  return [
    ...(race ? raceVerdicts(race.result) : []),
    ...(memory ? memoryVerdicts(memory.result.modes, memory.result.firstStep) : []),
  ];
}

function raceVerdicts({ ours, one, rivals }: RaceResult): Verdict[] {
  const found: Verdict[] = [];
  for (const mode of ['exact', 'onepass'] as const) {
    if (ours[mode]) found.push(atMost(`${mode}, time`, MOST_TIME[mode], 'plain', walls(ours[mode]), walls(ours.plain)));
  }
  if (one.remembered.length > 0) {
    const what = 'another take of a panel, its anchors remembered';
    found.push(atMost(what, MOST_REDRAW, 'one plain panel', walls(one.remembered), walls(one.panel)));
  }
  const stall = median(Object.values(ours).flatMap((drawings) => drawings.map(({ loop }) => loop.p99)));
  found.push({
    what: 'main thread, 99th percentile of delay while drawing',
    target: `< ${MOST_STALL} ms`,
    measured: `${stall.toFixed(1)} ms`,
    met: stall < MOST_STALL,
  });
  const eager = rivals.find(({ dtype, compile }) => dtype === 'float32' && !compile);
  if (eager) {
    const speed = ratio(samplings(eager.times.plain), samplings(ours.plain));
    found.push({
      what: 'plain sampling against diffusers (eager float32)',
      target: `≥ ${LEAST_SPEED} × as fast`,
      measured: `${factor(speed.ofMinima)} (medians ${factor(speed.ofMedians)})`,
      met: speed.ofMinima >= LEAST_SPEED,
    });
  }
  return found;
}

function memoryVerdicts(
  modes: Readonly<Record<Mode, readonly { readonly peak: number }[]>>,
  firstStep: Series,
): Verdict[] {
  const peak = (mode: Mode) => median(modes[mode].map((drawing) => drawing.peak));
  const first = minimum(firstStep);
  return [
    ...(['exact', 'onepass'] as const).map((mode) => {
      const times = peak(mode) / peak('plain');
      const target = `≤ ${MOST_MEMORY[mode]} × plain`;
      return { what: `${mode}, peak memory`, target, measured: factor(times), met: times <= MOST_MEMORY[mode] };
    }),
    {
      what: '`npm run story` to its first sampling step',
      target: `< ${MOST_FIRST_STEP} ms`,
      measured: `${ms(first)} (median ${ms(median(firstStep))})`,
      met: first < MOST_FIRST_STEP,
    },
  ];
}

function atMost(what: string, most: number, than: string, times: Series, base: Series): Verdict {
  const { ofMinima, ofMedians } = ratio(times, base);
  return {
    what,
    target: `≤ ${most} × ${than}`,
    measured: `${factor(ofMinima)} (medians ${factor(ofMedians)})`,
    met: ofMinima <= most,
  };
}
