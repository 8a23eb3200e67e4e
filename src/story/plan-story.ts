import type { Canon } from '../canon/canon.ts';
import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import type { PanelRequest, StoryRequest } from '../engine/draw-story.ts';
import type { SamplerName } from '../engine/schedulers/sampler-names.ts';
import type { StoryScript } from './story-script.ts';

/** How a story is to be drawn. */
export interface DrawingChoices {
  readonly seed: bigint;
  readonly steps: number;
  readonly guidance: number;
  /** in place of the model's own */
  readonly sampler?: SamplerName;
  /** words before every scene: the style, or what the model was trained to hear */
  readonly promptPrefix: string;
  readonly negativePrompt: string;
  readonly settings: ConsistencySettings;
  /** characters that are known from earlier stories; those that no panel shows are left out */
  readonly canons: readonly Canon[];
}

/** What the engine is asked for, and where in its answer the story's own panels are. */
export interface StoryPlan {
  readonly request: StoryRequest;
  /** places of the story's panels in the request; before them are the canons' anchors */
  readonly panels: readonly number[];
}

/** Panel ids count from 1: people's numbers. */
const FIRST_PANEL_ID = 1;

export function planStory(script: StoryScript, choices: DrawingChoices): StoryPlan {
  const { seed, negativePrompt } = choices;
  const anchors = canonsIn(script, choices.canons).flatMap(anchorRows);
  const panels = script.panels.map(
    (panel, i): PanelRequest => ({
      id: FIRST_PANEL_ID + i,
      revision: 0,
      seed,
      prompt: [choices.promptPrefix, panel.scene].filter((part) => part !== '').join(' '),
      negativePrompt,
      concepts: panel.characters,
    }),
  );
  return {
    request: {
      panels: [...anchors, ...panels],
      concepts: script.characters.map(({ name, subject, looks }) => ({ name, words: subject, looks })),
      settings: choices.settings,
      steps: choices.steps,
      guidance: choices.guidance,
      ...(choices.sampler && { sampler: choices.sampler }),
    },
    panels: panels.map((_, i) => anchors.length + i),
  };
}

/** The canons of those whom panels show: others would cost the time of their anchors for nothing. */
export function canonsIn(script: StoryScript, canons: readonly Canon[]): Canon[] {
  const shown = new Set(script.panels.flatMap((panel) => panel.characters));
  return canons.filter(({ characters }) => characters.some(({ name }) => shown.has(name)));
}

/** A canon's anchors as rows of a story's batch. A picture that somebody brought can't be drawn again: it is there. */
export function anchorRows(canon: Canon): PanelRequest[] {
  return canon.anchors.map(({ id, revision, seed, prompt, negativePrompt, concepts, given, latents }) => ({
    id,
    revision,
    seed,
    prompt,
    negativePrompt,
    concepts,
    canon: canon.id,
    ...(given ? { given: latents } : {}),
  }));
}

/** The words of a prompt that a model with a small vocabulary doesn't know, each once. */
export function unknownWords(prompts: readonly string[], vocabulary: readonly string[] | undefined): string[] {
  if (!vocabulary) return [];
  const known = new Set(vocabulary);
  const words = prompts.flatMap((prompt) => prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  return [...new Set(words)].filter((word) => !known.has(word));
}
