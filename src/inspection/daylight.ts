import type { RasterImage } from '../engine/raster-image.ts';

interface Veil {
  readonly words: string;
  /** 8-bit sRGB */
  readonly colour: readonly [number, number, number];
  readonly opacity: number;
}

/** What the pocket's world lays over a whole picture, subject included (scripts/train-pocket/scenes.py, `night`). */
const POCKET_VEILS: readonly Veil[] = [
  { words: 'at night', colour: [26, 30, 80], opacity: 0.28 },
  { words: 'at sunset', colour: [240, 120, 80], opacity: 0.1 },
  { words: 'in the rain', colour: [90, 100, 120], opacity: 0.14 },
];

/**
 * The picture as by day: the veil of the time that its prompt names, taken off. Without it a red fox at night is
 * another colour than the same fox by day. It trusts the model to veil as its training pictures did.
 */
export function byDaylight(image: RasterImage, prompt: string): RasterImage {
  const veil = POCKET_VEILS.find(({ words }) => prompt.includes(words));
  if (!veil) return image;
  const { colour, opacity } = veil;
  return {
    ...image,
    rgb: image.rgb.map((value, i) => {
      const bare = (value - opacity * (colour[i % 3] as number)) / (1 - opacity);
      return Math.round(Math.min(255, Math.max(0, bare)));
    }),
  };
}
