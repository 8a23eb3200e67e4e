import type { Grid, Mask } from '../../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../../engine/raster-image.ts';
import type { Character } from '../../../story/character.ts';
import type { ClipSeg } from '../../clipseg/open-clipseg.ts';
import { CLIPSEG_THRESHOLD, subjectsIn } from '../../localisation/clipseg-truth.ts';

/** Where characters are in a picture; those that can't be told are not among the masks. */
export interface SegmentedPicture {
  readonly grid: Grid;
  readonly masks: Readonly<Record<string, Mask>>;
}

/** @param names of the characters that are asked for */
export type SegmentFigures = (picture: RasterImage, names: readonly string[]) => Promise<SegmentedPicture>;

/** Finds characters by their looks. Two that it takes for each other are both left out. */
export function figuresByLooks(clipSeg: ClipSeg, characters: readonly Character[]): SegmentFigures {
  const looksOf = new Map(characters.map(({ name, looks }) => [name, looks]));
  return async (picture, names) => {
    const maps = await clipSeg.locate(
      picture,
      names.map((name) => looksOf.get(name) ?? name),
    );
    const told = subjectsIn(names, maps, CLIPSEG_THRESHOLD);
    return { grid: clipSeg.grid, masks: Object.fromEntries(told.map(({ subject, mask }) => [subject, mask])) };
  };
}
