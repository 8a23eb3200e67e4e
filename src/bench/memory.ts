import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { MODES, type Mode, type StoryShape } from './benchmark-story.ts';
import { timeToFirstStep } from './first-step.ts';
import { drawInFreshProcess, type FreshDrawing } from './fresh-process.ts';
import type { Tell } from './tell.ts';

export interface MemoryResult extends StoryShape {
  readonly modes: Readonly<Record<Mode, readonly FreshDrawing[]>>;
  /** milliseconds from `npm run story` to its first sampling step */
  readonly firstStep: readonly number[];
}

/** Peak memory and load time of the same panels in each mode, each in a process of its own; the way to the first step. */
export async function measureMemory(
  model: ModelFolder,
  shape: StoryShape,
  rounds: number,
  tell: Tell,
): Promise<MemoryResult> {
  const modes: Record<Mode, FreshDrawing[]> = { plain: [], exact: [], onepass: [] };
  const firstStep: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const mode of MODES) {
      const drawing = await drawInFreshProcess({ ...shape, model: model.path, mode });
      const { peak, load } = drawing;
      tell(`${shape.panels} panels, ${mode}: peak ${(peak / 1e6).toFixed(0)} MB, loaded in ${load.toFixed(0)} ms`);
      modes[mode].push(drawing);
    }
    firstStep.push(await timeToFirstStep(model.path));
    tell(`start to first step: ${firstStep.at(-1)?.toFixed(0)} ms`);
  }
  return { ...shape, modes, firstStep };
}
