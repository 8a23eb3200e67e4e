import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { PictureSize } from '../../engine/pipeline/unet-session.ts';
import type { Circumstances } from '../command/circumstances.ts';
import type { JudgeErrors } from '../judge/judge.ts';
import type { MeasuredWith } from '../measured-with.ts';
import type { ComparedTruth } from './compare-truths.ts';
import type { Conditions } from './conditions.ts';
import type { MaskScore } from './scores.ts';
import type { LocalisationSummary } from './summary.ts';

/** docs/results/localisation.json */
export interface LocalisationResults extends Circumstances {
  readonly model: string;
  /** of its pictures, in pixels */
  readonly size?: PictureSize;
  readonly modelHash: string;
  readonly steps: number;
  readonly guidance: number;
  /** all that masks were read at, lowest first */
  readonly grids: readonly Grid[];
  readonly conditions: Conditions;
  /** who told where subjects are; the judge, where it isn't said */
  readonly truth?: 'judge' | 'clipseg';
  /** the judge's errors on held-out scenes as the pocket draws them, if it told anything */
  readonly judge?: JudgeErrors;
  /** the CLIPSeg that told anything */
  readonly clipSeg?: MeasuredWith & {
    /** probability from which a cell is the subject's */
    readonly threshold: number;
  };
  /** others who tell the truth, on the same pictures */
  readonly compared?: readonly ComparedTruth[];
  readonly summary: LocalisationSummary;
  readonly pictures: readonly LocalisedPicture[];
}

export interface LocalisedPicture {
  readonly prompt: string;
  readonly seed: string;
  readonly asked: readonly string[];
  /** all that is there by name; null where the truth's teller only looks for what is asked */
  readonly seen: readonly string[] | null;
  /** those that can be told, with the engine's own mask */
  readonly subjects: readonly {
    readonly subject: string;
    readonly seenAs: string | null;
    readonly score: MaskScore;
  }[];
}
