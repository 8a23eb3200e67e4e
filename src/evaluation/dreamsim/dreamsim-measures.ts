import type { Drawing } from '../drawing.ts';
import { embedPanels, likeness } from '../measures/likeness.ts';
import type { Measures } from '../measures/measure-names.ts';
import type { DreamSim } from './open-dreamsim.ts';

export type DreamSimMeasures = Pick<Measures, 'dreamSim' | 'dreamSimSubject'>;

export const NO_DREAMSIM: DreamSimMeasures = { dreamSim: null, dreamSimSubject: null };

/** DreamSim's distances between panels and between their subjects, means over pairs. */
export async function dreamSimMeasures(
  dreamSim: DreamSim,
  drawing: Pick<Drawing, 'panels' | 'maskGrid'>,
): Promise<DreamSimMeasures> {
  const { whole, subjects } = await embedPanels(dreamSim, drawing);
  return { dreamSim: distance(whole), dreamSimSubject: distance(subjects) };
}

function distance(embeddings: readonly Float32Array[]): number | null {
  const cosine = likeness(embeddings);
  return cosine === null ? null : 1 - cosine;
}
