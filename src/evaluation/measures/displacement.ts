import type { Grid } from '../../engine/consistory/subject-mask.ts';
import { meanOf } from '../../inspection/pairs.ts';
import type { MatchedSubjects, PatchMatch } from './patch-matches.ts';

/**
 * How far apart in the picture the matched patches of two subjects lie (paper §5): distance of each subject patch from
 * the likest one of the other's subject by DIFT features, mean over both, in sides of the picture. 0: same pose in the
 * same place.
 * @returns undefined if one of the masks is empty
 */
export function displacement({ forth, back }: MatchedSubjects, grid: Grid): number | undefined {
  return meanOf([...forth, ...back].map((match) => distance(match, grid))) ?? undefined;
}

function distance({ patch, likest }: PatchMatch, { height, width }: Grid): number {
  const x = ((patch % width) - (likest % width)) / width;
  const y = (Math.floor(patch / width) - Math.floor(likest / width)) / height;
  return Math.hypot(x, y);
}
