import { type Canon, isDrifted } from '../canon/canon.ts';
import type { MemoryPlan } from '../engine/pipeline/memory-plan.ts';
import type { ProviderFallback } from '../engine/runtime/providers.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { type StoryPlan, unknownWords } from '../story/plan-story.ts';
import type { StoryScript } from '../story/story-script.ts';
import type { DrawnMode } from './story-picture.ts';

/** Reasons are for whoever asked for that provider; onnxruntime's are long, and most machines have no GPU. */
export function tellFallbacks(
  asked: string,
  provider: string,
  fallbacks: readonly ProviderFallback[],
  notice: (text: string) => void,
): void {
  if (fallbacks.length === 0) return;
  const failed = fallbacks.map((fallback) => fallback.provider).join(' and ');
  if (asked === 'auto') {
    notice(`Drawing with ${provider}; ${failed} can't be used here (--provider ${fallbacks[0]?.provider} says why).`);
    return;
  }
  const reasons = fallbacks.map(({ reason }) => reason.split('\n')[0]).join('; ');
  notice(`The provider ${failed} can't be used here (${reasons}); drawing with ${provider}.`);
}

/** A large model that is spared: why it loads again with each story, or draws a little slower. */
export function tellPlan({ stages, mapped }: MemoryPlan, notice: (text: string) => void): void {
  if (stages.length > 1) notice('The model is loaded part by part, to stay within --max-memory.');
  else if (mapped.length > 0) notice('Weights are read from their file at each step, to stay within --max-memory.');
}

export function tellUnknownWords(plan: StoryPlan, model: ModelFolder, notice: (text: string) => void): void {
  const prompts = plan.panels.map((i) => plan.request.panels[i]?.prompt ?? '');
  const unknown = unknownWords(prompts, model.card.vocabulary);
  if (unknown.length > 0) {
    notice(`The model ${model.card.name} was not taught: ${unknown.join(', ')}. It will draw around these words.`);
  }
}

/** Characters that are in no panel; their canons were left out too (canonsIn in plan-story.ts). */
export function tellUnshown(script: StoryScript, notice: (text: string) => void): void {
  const shown = new Set(script.panels.flatMap((panel) => panel.characters));
  const names = script.characters.map(({ name }) => name).filter((name) => !shown.has(name));
  if (names.length > 0) notice(`No panel names ${names.join(' or ')}: left out of this story.`);
}

export function tellOfDrawing(
  script: StoryScript,
  canons: readonly Canon[],
  { request, places, story }: DrawnMode,
  notice: (text: string) => void,
): void {
  places.forEach((place, i) => {
    const cut = story.panels[place]?.truncatedWords ?? [];
    if (cut.length > 0) notice(`Panel ${i + 1} is too long for the model; it did not read: ${cut.join(' ')}`);
  });
  for (const canon of canons) {
    if (isDrifted(canon, request, story)) {
      const names = canon.characters.map((c) => c.name).join(' and ');
      notice(
        `${names} came out a little differently than in the canon (other steps, sampler, settings, machine or version of Troupe).`,
      );
    }
  }
  if (script.characters.length === 0) notice('No --character: each panel was drawn by itself.');
}
