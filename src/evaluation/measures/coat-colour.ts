import { colourDifference, type Oklab, oklabOf } from '../../inspection/oklab.ts';

/** Coats of the pocket's world, 8-bit sRGB (scripts/train-pocket/scenes.py, COLORS). */
export const COATS = {
  red: [214, 64, 58],
  orange: [240, 140, 50],
  yellow: [247, 206, 70],
  green: [98, 176, 84],
  blue: [74, 134, 216],
  purple: [142, 96, 196],
  pink: [242, 148, 184],
  brown: [150, 104, 68],
  grey: [150, 156, 166],
  white: [244, 242, 236],
} as const satisfies Record<string, readonly [number, number, number]>;

export type CoatColour = keyof typeof COATS;

const PALETTE = Object.entries(COATS).map(([name, [r, g, b]]) => [name as CoatColour, oklabOf(r, g, b)] as const);
/**
 * Farther from every coat than this a pixel is no coat: outlines, eyes, bellies, noses. Neighbours in the palette are
 * 0.1 to 0.2 apart.
 */
const FARTHEST = 0.1;

/**
 * The coat that most of a subject's colours are nearest to.
 * @returns undefined if no colour is like any coat
 */
export function coatColour(colours: readonly Oklab[]): CoatColour | undefined {
  const votes = new Map<CoatColour, number>();
  for (const colour of colours) {
    let [best, distance]: [CoatColour | undefined, number] = [undefined, FARTHEST];
    for (const [name, coat] of PALETTE) {
      const difference = colourDifference(colour, coat);
      if (difference < distance) [best, distance] = [name, difference];
    }
    if (best) votes.set(best, (votes.get(best) ?? 0) + 1);
  }
  return [...votes].sort((one, other) => other[1] - one[1])[0]?.[0];
}
