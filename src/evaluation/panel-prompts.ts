import type { PanelRequest, StoryRequest } from '../engine/draw-story.ts';
import { type EvaluationStory, type StoryPanel, withArticle } from './stories.ts';
import type { Variant } from './variants.ts';

/** How a model wants to be asked. */
export interface Sampling {
  readonly promptPrefix: string;
  readonly steps: number;
  /** classifier-free guidance scale */
  readonly guidance: number;
}

const FIRST_PANEL = 1;

export function panelPrompt(prefix: string, subject: string, { action, place }: StoryPanel): string {
  return [prefix, subject, action, place].filter((part) => part !== '').join(' ');
}

/** The request that draws a story in a variant. */
export function storyRequest(
  story: EvaluationStory,
  variant: Variant,
  seed: bigint,
  { promptPrefix, steps, guidance }: Sampling,
): StoryRequest {
  const { subject, looks } = story;
  const panels = story.panels.map(
    (panel, i): PanelRequest => ({
      id: i + 1,
      revision: 0,
      seed,
      concepts: [subject],
      prompt: panelPrompt(promptPrefix, variant.spelledOut ? looks : withArticle(subject), panel),
      negativePrompt: '',
      ...(variant.sameNoise ? { noiseOf: FIRST_PANEL } : {}),
    }),
  );
  return { panels, concepts: [{ name: subject, words: subject }], settings: variant.settings, steps, guidance };
}
