import { UserError } from '../errors/user-error.ts';
import type { MeasureName } from './measures/measure-names.ts';
import { type EvaluationStory, EXTREME_STORIES, STORIES } from './stories.ts';

/** A question to the method: variants that differ in one or two settings, and the measures that answer it. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** all that there are; fewer can be asked for */
  readonly stories: readonly EvaluationStory[];
  readonly variants: readonly string[];
  readonly measures: readonly MeasureName[];
  readonly lines: readonly SweepLine[];
}

/** The variants whose value of one setting changes, in its order. */
export interface SweepLine {
  readonly setting: string;
  readonly series: string;
  readonly points: readonly { readonly x: number; readonly variant: string }[];
}

const DROPOUTS = [0, 0.25, 0.5, 0.75];
const STRENGTHS = [0.4, 0.6, 0.8, 1];
/** Cosine similarities; -1 lets every token pass. */
const THRESHOLDS = [-1, 0.4, 0.6, 0.8];

const dropoutVariant = (blending: string) => (dropout: number) => ({
  x: dropout,
  variant: `shared+blending=${blending}+dropout=${dropout}`,
});
const strengthLine = STRENGTHS.map((x) => ({ x, variant: `all+strength=${x}` }));
const thresholdLine = THRESHOLDS.map((x) => ({ x, variant: `all+similarity=${x}` }));

export const SWEEPS: readonly Sweep[] = [
  {
    name: 'layout',
    title: 'Layout diversity: mask dropout and query blending',
    question:
      'Do panels keep layouts of their own when they share attention (paper §4.2)? Shared attention without injection, by share of the subject’s tokens that is dropped, with and without blended queries, against plain sampling.',
    stories: STORIES,
    variants: [...DROPOUTS.map(dropoutVariant('on')), ...DROPOUTS.map(dropoutVariant('off'))].map((p) => p.variant),
    measures: [
      'displacement',
      'centres',
      'overlap',
      'twinOverlap',
      'coatColours',
      'coatNames',
      'clipISubject',
      'dreamSimSubject',
      'judgedSpecies',
    ],
    lines: [
      { setting: 'mask dropout p', series: 'with query blending', points: DROPOUTS.map(dropoutVariant('on')) },
      { setting: 'mask dropout p', series: 'without', points: DROPOUTS.map(dropoutVariant('off')) },
    ],
  },
  {
    name: 'injection',
    title: 'Feature injection: strength and threshold',
    question:
      'What do injected features add, by their weight alpha and by the similarity that a correspondence has to have (paper §4.3)? “shared” is everything without injection.',
    stories: STORIES,
    variants: ['shared', 'all', ...strengthLine.map((p) => p.variant), ...thresholdLine.map((p) => p.variant)],
    measures: [
      'coatColours',
      'coatNames',
      'partColours',
      'clipISubject',
      'dreamSimSubject',
      'judgedAccessories',
      'judgedDetails',
      'judgedSpecies',
      'features',
      'displacement',
      'backgroundMoved',
      'twinOverlap',
    ],
    lines: [
      { setting: 'alpha', series: 'Otsu’s threshold', points: strengthLine },
      { setting: 'least similarity', series: 'alpha 0.8', points: thresholdLine },
    ],
  },
  {
    name: 'poses',
    title: 'Robustness: layouts far apart',
    question:
      'Do characters stay the same where panels ask for layouts as far apart as the words allow, and how does agreement fall with the distance of two panels’ layouts?',
    stories: EXTREME_STORIES,
    variants: ['shared', 'all'],
    measures: [
      'coatColours',
      'coatNames',
      'partColours',
      'clipISubject',
      'dreamSimSubject',
      'judgedAccessories',
      'judgedSpecies',
      'displacement',
      'centres',
      'overlap',
      'twinOverlap',
    ],
    lines: [],
  },
];

/** @throws UserError `evaluation-sweep` */
export function sweepOf(name: string): Sweep {
  const found = SWEEPS.find((sweep) => sweep.name === name);
  if (found) return found;
  throw new UserError('evaluation-sweep', {
    expected: `one of ${SWEEPS.map((sweep) => sweep.name).join(', ')}`,
    got: `"${name}"`,
    todo: 'Name one of them after --sweep.',
  });
}
