import { COATS } from './measures/coat-colour.ts';
import type { Cell } from './run-evaluation.ts';
import type { EvaluationStory } from './stories.ts';
import { BASES } from './variants.ts';

export interface CoatCalibration {
  /** panels whose prompt names a coat */
  readonly asked: number;
  /** those of them whose coat was read as that */
  readonly read: number;
}

/**
 * How far coat names can be trusted: panels whose prompts name a coat, drawn plain. What the model drew in another
 * colour counts as misread, too, so the reader itself is no worse than this.
 */
export function coatCalibration(cells: readonly Cell[], stories: readonly EvaluationStory[]): CoatCalibration {
  const coats = cells
    .filter(({ variant }) => BASES[variant]?.spelledOut)
    .flatMap(({ story, coats }) => {
      const looks = stories.find(({ subject }) => subject === story)?.looks.split(' ') ?? [];
      const named = looks.find((word) => Object.hasOwn(COATS, word));
      return named ? coats.map((coat) => coat === named) : [];
    });
  return { asked: coats.length, read: coats.filter(Boolean).length };
}
