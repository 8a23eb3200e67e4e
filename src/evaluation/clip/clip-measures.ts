import { meanOf } from '../../inspection/pairs.ts';
import type { Drawing } from '../drawing.ts';
import { cosine, embedPanels, likeness } from '../measures/likeness.ts';
import type { Measures } from '../measures/measure-names.ts';
import type { Clip } from './open-clip.ts';

export type ClipMeasures = Pick<Measures, 'clipI' | 'clipISubject' | 'clipT'>;

export const NO_CLIP: ClipMeasures = { clipI: null, clipISubject: null, clipT: null };

/** CLIP-I between panels and their subjects, and CLIP-T of each panel with its own prompt: means of cosines. */
export async function clipMeasures(clip: Clip, drawing: Pick<Drawing, 'panels' | 'maskGrid'>): Promise<ClipMeasures> {
  const { whole, subjects } = await embedPanels(clip, drawing);
  const agreements: number[] = [];
  for (const [i, { prompt }] of drawing.panels.entries()) {
    agreements.push(cosine(whole[i] as Float32Array, await clip.embedText(prompt)));
  }
  return { clipI: likeness(whole), clipISubject: likeness(subjects), clipT: meanOf(agreements) };
}
