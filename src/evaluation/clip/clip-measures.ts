import { meanOf, pairs } from '../../inspection/pairs.ts';
import type { Drawing } from '../drawing.ts';
import type { Measures } from '../measures/measure-names.ts';
import type { Clip } from './open-clip.ts';

export type ClipMeasures = Pick<Measures, 'clipI' | 'clipT'>;

export const NO_CLIP: ClipMeasures = { clipI: null, clipT: null };

/** CLIP-I between panels and CLIP-T of each panel with its own prompt: means of cosines. */
export async function clipMeasures(clip: Clip, panels: Pick<Drawing, 'panels'>['panels']): Promise<ClipMeasures> {
  const pictures: Float32Array[] = [];
  const agreements: number[] = [];
  for (const { image, prompt } of panels) {
    const picture = await clip.embedPicture(image);
    pictures.push(picture);
    agreements.push(dot(picture, await clip.embedText(prompt)));
  }
  return { clipI: meanOf(pairs(pictures, dot)), clipT: meanOf(agreements) };
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
