import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { colourDifference, type Oklab, oklabOf } from '../../inspection/oklab.ts';
import { meanOf } from '../../inspection/pairs.ts';
import { cellAt } from '../../inspection/region.ts';
import type { MatchedSubjects, PatchMatch, SubjectFeatures } from './patch-matches.ts';

/** A subject's patches: their features, and their mean colours, [S]. */
export interface SubjectParts extends SubjectFeatures {
  readonly colours: readonly Oklab[];
}

/**
 * How far each subject's patches are from the likest patches of the other: 1 - cosine similarity, mean over the
 * patches of both (a Chamfer distance).
 * @returns undefined if one of the masks is empty
 */
export function featureDistance({ forth, back }: MatchedSubjects): number | undefined {
  return meanOf([...forth, ...back].map(({ similarity }) => 1 - similarity)) ?? undefined;
}

/**
 * Colour difference (OKLab) between each subject's patches and the likest patches of the other, mean over both: an
 * ear is compared with an ear, a belly with a belly.
 * @returns undefined if one of the masks is empty
 */
export function partColourDifference(
  { forth, back }: MatchedSubjects,
  one: Pick<SubjectParts, 'colours'>,
  other: Pick<SubjectParts, 'colours'>,
): number | undefined {
  const compare = (matches: readonly PatchMatch[], from: typeof one, to: typeof one) =>
    matches.map(({ patch, likest }) => colourDifference(from.colours[patch] as Oklab, to.colours[likest] as Oklab));
  return meanOf([...compare(forth, one, other), ...compare(back, other, one)]) ?? undefined;
}

/** Mean colour of each patch of a picture. */
export function patchColours(image: RasterImage, grid: Grid): Oklab[] {
  const sums = Array.from({ length: grid.height * grid.width }, () => [0, 0, 0, 0] as [number, number, number, number]);
  for (let i = 0; i < image.width * image.height; i++) {
    const [r = 0, g = 0, b = 0] = image.rgb.subarray(i * 3, i * 3 + 3);
    const sum = sums[cellAt(i, image, grid)] as [number, number, number, number];
    const colour = oklabOf(r, g, b);
    for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] as number) + (colour[axis] as number);
    sum[3]++;
  }
  return sums.map(([L, a, b, count]) => [L / count, a / count, b / count]);
}
