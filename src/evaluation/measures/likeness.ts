import type { RasterImage } from '../../engine/raster-image.ts';
import { meanOf, pairs } from '../../inspection/pairs.ts';
import type { Drawing } from '../drawing.ts';
import { cutOut } from '../pictures/cut-out.ts';

/** What sees pictures as vectors of length 1. */
export interface PictureEncoder {
  embedPicture(picture: RasterImage): Promise<Float32Array>;
}

export interface EmbeddedPanels {
  /** of the whole pictures */
  readonly whole: readonly Float32Array[];
  /** of their subjects, cut out by the pictures' own masks; panels with an empty mask are left out */
  readonly subjects: readonly Float32Array[];
}

export async function embedPanels(
  encoder: PictureEncoder,
  { panels, maskGrid }: Pick<Drawing, 'panels' | 'maskGrid'>,
): Promise<EmbeddedPanels> {
  const whole: Float32Array[] = [];
  const subjects: Float32Array[] = [];
  for (const { image, mask } of panels) {
    whole.push(await encoder.embedPicture(image));
    const subject = cutOut(image, mask, maskGrid);
    if (subject) subjects.push(await encoder.embedPicture(subject));
  }
  return { whole, subjects };
}

/** Mean over pairs; null where there is none. */
export const likeness = (embeddings: readonly Float32Array[]): number | null => meanOf(pairs(embeddings, cosine));

/** Of vectors of length 1. */
export const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
