import {
  type ConsistencySettings,
  DEFAULT_SETTINGS,
  EXACT_SETTINGS,
  PLAIN_SETTINGS,
} from '../engine/consistory/settings.ts';
import type { StoryRequest } from '../engine/draw-story.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';

/** The ways of drawing that are compared: each panel by itself, the paper's two passes, and a look ahead in their place. */
export type Mode = 'plain' | 'exact' | 'onepass';
export const MODES: readonly Mode[] = ['plain', 'exact', 'onepass'];

export const SETTINGS: Readonly<Record<Mode, ConsistencySettings>> = {
  plain: PLAIN_SETTINGS,
  exact: EXACT_SETTINGS,
  onepass: DEFAULT_SETTINGS,
};

const HERO = 'fox';
const SCENES = [
  'standing in the forest',
  'reading a book in a bedroom',
  'dancing on the beach at night',
  'jumping in the snow',
  'eating an apple in the kitchen',
  'sleeping under an umbrella',
  'running in the city',
  'sitting on the moon',
  'waving in the garden at sunset',
  'holding a balloon in the mountains',
  'standing in the desert',
  'holding a flower on a farm',
];
export const MOST_PANELS = SCENES.length;
const SEED = 7n;

/** What of a story is varied. */
export interface StoryShape {
  readonly panels: number;
  readonly steps: number;
  /** in place of the settings' own */
  readonly anchors?: number | 'all';
}

/** Panels of one character in different places; always the same ones. */
export function benchmarkStory(model: ModelFolder, mode: Mode, { panels, steps, anchors }: StoryShape): StoryRequest {
  const { guidance, promptPrefix } = model.card;
  const settings = SETTINGS[mode];
  return {
    panels: SCENES.slice(0, panels).map((scene, id) => ({
      id,
      revision: 0,
      seed: SEED,
      concepts: [HERO],
      prompt: `${promptPrefix} a ${HERO} wearing a scarf ${scene}`.trim(),
      negativePrompt: '',
    })),
    concepts: [{ name: HERO, words: HERO }],
    settings: anchors === undefined ? settings : { ...settings, anchors },
    steps,
    guidance,
  };
}

/** Another take of a panel behind the canon of its character: the first panels of the story are its anchors. */
export function redrawStory(model: ModelFolder, mode: Mode, steps: number): StoryRequest {
  const { anchors } = SETTINGS[mode];
  const count = anchors === 'all' ? 1 : anchors;
  const story = benchmarkStory(model, mode, { panels: count + 1, steps });
  return {
    ...story,
    panels: story.panels.map((panel, place) =>
      place < count ? { ...panel, canon: 'the benchmark' } : { ...panel, revision: 1 },
    ),
  };
}

/** The model at the size that its card names, or at another. */
export function choiceOf({ dir, card }: ModelFolder, size = { width: card.width, height: card.height }): ModelChoice {
  return { folder: dir, size };
}
