import { anchorDrift, type Canon } from '../canon/canon.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { type StoryPlan, unknownWords } from '../story/plan-story.ts';
import type { StoryScript } from '../story/story-script.ts';
import type { DrawnMode } from './story-picture.ts';

/** Anchors that come out this close to how they were are the same to the eye; only another machine's rounding differs. */
const VISIBLE_DRIFT = 0.05;

export function tellUnknownWords(plan: StoryPlan, model: ModelFolder, notice: (text: string) => void): void {
  const prompts = plan.panels.map((i) => plan.request.panels[i]?.prompt ?? '');
  const unknown = unknownWords(prompts, model.card.vocabulary);
  if (unknown.length > 0) {
    notice(`The model ${model.card.name} was not taught: ${unknown.join(', ')}. It will draw around these words.`);
  }
}

export function tellOfDrawing(
  script: StoryScript,
  plan: StoryPlan,
  canons: readonly Canon[],
  { request, story }: DrawnMode,
  notice: (text: string) => void,
): void {
  plan.panels.forEach((place, i) => {
    const cut = story.panels[place]?.truncatedWords ?? [];
    if (cut.length > 0) notice(`Panel ${i + 1} is too long for the model; it did not read: ${cut.join(' ')}`);
  });
  for (const canon of canons) {
    const drift = request.settings.sharedAttention ? anchorDrift(canon, request, story) : 0;
    if (drift > VISIBLE_DRIFT) {
      const names = canon.characters.map((c) => c.name).join(' and ');
      notice(`${names} came out a little differently than in the canon (other steps, guidance or machine).`);
    }
  }
  if (script.characters.length === 0) notice('No --character: each panel was drawn by itself.');
}
