import { PAPER_SETTINGS } from '../engine/consistory/settings.ts';
import type { StoryRequest } from '../engine/draw-story.ts';

/** The story that scripts/oracle/story.py draws by diffusers: two subjects, three panels, both passes. */
export const ORACLE_STORY: StoryRequest = {
  panels: (
    [
      ['a storybook drawing of a fox wearing a scarf in the forest', ['fox']],
      ['a storybook drawing of a fox and a bear on the beach', ['fox', 'bear']],
      ['a storybook drawing of a bear and a fox in the snow', ['bear', 'fox']],
    ] as const
  ).map(([prompt, concepts], id) => ({ id, revision: 0, seed: 7n, prompt, concepts, negativePrompt: 'rain' })),
  concepts: [
    { name: 'fox', words: 'fox' },
    { name: 'bear', words: 'bear' },
  ],
  settings: {
    ...PAPER_SETTINGS,
    queryBlending: { from: 0.9, to: 0.8, until: 0.5 },
    featureInjection: { lookahead: 'pass', strength: 0.8, from: 0.2, until: 0.7, similarity: 'otsu' },
  },
  steps: 6,
  guidance: 4,
};

/** Sides of its pictures, in pixels. */
export const ORACLE_STORY_SIZE = { width: 64, height: 64 } as const;
