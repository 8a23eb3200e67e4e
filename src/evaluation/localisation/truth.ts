import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';

/** Whoever says where in a picture its subjects are. */
export interface SubjectTruth {
  /** for people: "the judge" */
  readonly name: string;
  /** @param subjects what the picture was asked for: "fox" */
  tell(picture: RasterImage, subjects: readonly string[]): Promise<ToldPicture>;
}

export interface ToldPicture {
  /** of all masks, over the whole picture */
  readonly grid: Grid;
  /** those that can be told, in the order that they were asked for */
  readonly subjects: readonly Truth[];
  /** all that is in the picture by name; null for who only looks for what is asked */
  readonly seen: readonly string[] | null;
}

/** Where a subject is. */
export interface Truth {
  readonly subject: string;
  /** never empty */
  readonly mask: Mask;
  /** where others are that are known */
  readonly others: Mask;
  /** what it is taken for, not always what was asked for; null for who only looks for what is asked */
  readonly seenAs: string | null;
}
