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

export function panelPrompt(prefix: string, subject: string, { action, place }: StoryPanel): string {
  return [prefix, subject, action, place].filter((part) => part !== '').join(' ');
}

/**
 * The requests that draw a story in a variant: one for all panels, or one for each where all have the same noise, for
 * a panel's noise hangs on its id, which is unique in its story.
 */
export function storyRequests(
  story: EvaluationStory,
  variant: Variant,
  seed: bigint,
  { promptPrefix, steps, guidance }: Sampling,
): StoryRequest[] {
  const { subject, looks } = story;
  const concepts = [{ name: subject, words: subject }];
  const panels = story.panels.map(
    (panel, i): PanelRequest => ({
      id: variant.sameNoise ? 1 : i + 1,
      revision: 0,
      seed,
      concepts: [subject],
      prompt: panelPrompt(promptPrefix, variant.spelledOut ? looks : withArticle(subject), panel),
      negativePrompt: '',
    }),
  );
  const groups = variant.sameNoise ? panels.map((panel) => [panel]) : [panels];
  return groups.map((group) => ({ panels: group, concepts, settings: variant.settings, steps, guidance }));
}
