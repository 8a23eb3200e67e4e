import { type ConsistencySettings, DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import type { StoryRequest } from '../../engine/draw-story.ts';
import type { Signature } from '../../inspection/warning.ts';
import { type Sampling, storyRequest } from '../panel-prompts.ts';
import { type EvaluationStory, EXTREME_STORIES, STORIES } from '../stories.ts';

/** A way to draw that brings a failure about on purpose, or one that is as it should be. */
export interface Provocation {
  readonly name: string;
  /** what it provokes; undefined for normal drawings */
  readonly provokes: Signature | undefined;
  readonly about: string;
  readonly settings: ConsistencySettings;
  readonly sameNoise: boolean;
  /** in place of the usual ones */
  readonly steps?: number;
  /** how many seeds of each story; one by default */
  readonly seeds?: number;
}

const UNMASKED: ConsistencySettings = {
  ...PLAIN_SETTINGS,
  sharedAttention: true,
  sharedTokens: 'all',
  maskDropout: 0,
  anchors: 'all',
};

export const NORMAL = 'normal';

export const PROVOCATIONS: readonly Provocation[] = [
  {
    name: NORMAL,
    provokes: undefined,
    about: "Troupe's settings, with three seeds of each story, for false alarms are what a bot must not have",
    settings: DEFAULT_SETTINGS,
    sameNoise: false,
    seeds: 3,
  },
  {
    name: 'nothing shared',
    provokes: 'inconsistent-subject',
    about: 'plain text-to-image, panel by panel',
    settings: PLAIN_SETTINGS,
    sameNoise: false,
  },
  {
    name: 'same noise',
    provokes: 'layout-collapse',
    about: 'all panels from the same noise, whole pictures shared, no dropout, no blending',
    settings: UNMASKED,
    sameNoise: true,
  },
  {
    name: 'whole pictures shared',
    provokes: 'background-leakage',
    about: 'attention shared without masks, no dropout, no blending',
    settings: UNMASKED,
    sameNoise: false,
  },
  ...fewSteps([3, 5]),
];

/** Below these steps 3 and 5 are no longer few. */
const LEAST_STEPS = 10;

/** The same for a model that is drawn with so many steps: of one that takes few anyway, fewer are taken. */
export function provocationsFor(steps: number): readonly Provocation[] {
  if (steps >= LEAST_STEPS) return PROVOCATIONS;
  const others = PROVOCATIONS.filter((provocation) => provocation.steps === undefined);
  return [...others, ...fewSteps([1, 2].filter((few) => few < steps))];
}

/** Every other story sets thresholds, the others test them. */
export const SIGNATURE_STORIES: readonly EvaluationStory[] = [...STORIES, ...EXTREME_STORIES];

export function provokedRequest(
  story: EvaluationStory,
  { name, settings, sameNoise, steps }: Provocation,
  seed: bigint,
  sampling: Sampling,
): StoryRequest {
  const variant = { name, settings, sameNoise, spelledOut: false };
  return storyRequest(story, variant, seed, { ...sampling, steps: steps ?? sampling.steps });
}

function fewSteps(counts: readonly number[]): Provocation[] {
  const words: Readonly<Record<number, string>> = { 1: 'one step', 2: 'two steps', 3: 'three steps', 5: 'five steps' };
  return counts.map((steps) => ({
    name: words[steps] ?? `${steps} steps`,
    provokes: 'poor-details',
    about: `Troupe's settings in ${steps} sampling ${steps === 1 ? 'step' : 'steps'}`,
    settings: DEFAULT_SETTINGS,
    sameNoise: false,
    steps,
  }));
}
