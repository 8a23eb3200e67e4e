import { type ConsistencySettings, EXACT_SETTINGS, PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { StoryRequest } from '../engine/draw-story.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';

/** The two ways of drawing that are compared: the paper's two passes, and each panel by itself. */
export type Mode = 'plain' | 'exact';
export const MODES: readonly Mode[] = ['plain', 'exact'];

const SETTINGS: Readonly<Record<Mode, ConsistencySettings>> = { plain: PLAIN_SETTINGS, exact: EXACT_SETTINGS };

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

/** Panels of one character in different places; always the same ones. */
export function benchmarkStory(model: ModelFolder, mode: Mode, panels: number, steps: number): StoryRequest {
  const { guidance, promptPrefix } = model.card;
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
    settings: SETTINGS[mode],
    steps,
    guidance,
  };
}

/** The model at the size that its card names. */
export function ownSize({ dir, card }: ModelFolder): ModelChoice {
  return { folder: dir, size: { width: card.width, height: card.height } };
}
