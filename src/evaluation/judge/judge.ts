import type { RasterImage } from '../../engine/raster-image.ts';
import type { Judgement } from './judgement.ts';

/** The judge of pictures of the pocket's world. */
export interface Judge {
  /**
   * @param picture 128 x 128, as the pocket draws
   * @throws UserError `judge-picture-size`
   */
  judge(picture: RasterImage): Promise<Judgement>;
  release(): Promise<void>;
}

export interface JudgeOptions {
  /** threads within an operator; 0 takes every core */
  readonly threads?: number;
}

/** Opens the judge that lies beside this file. */
export type OpenJudge = (options?: JudgeOptions) => Promise<Judge>;
