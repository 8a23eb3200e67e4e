import { coloursIn } from '../../inspection/region.ts';
import { coatColour } from '../measures/coat-colour.ts';
import type { DrawnShot, DrawnShots } from './drawn-shots.ts';

/** The coat in a canon's picture, as somebody sees it who spells it out; null: no colour is like any coat. */
export function inspectedCoat({ shots, maskGrid }: DrawnShots, place: number, character: string): string | null {
  const { image, masks } = shots[place] as DrawnShot;
  const mask = masks[character];
  return (mask && coatColour(coloursIn(image, mask, maskGrid))) ?? null;
}
