import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { Circumstances } from '../command/circumstances.ts';
import type { JudgeErrors } from '../judge/judge.ts';
import type { Species } from '../judge/judgement.ts';
import type { Conditions } from './conditions.ts';
import type { MaskScore } from './scores.ts';
import type { LocalisationSummary } from './summary.ts';

/** docs/results/localisation.json */
export interface LocalisationResults extends Circumstances {
  readonly model: string;
  readonly modelHash: string;
  readonly steps: number;
  readonly guidance: number;
  /** all that masks were read at, lowest first */
  readonly grids: readonly Grid[];
  readonly conditions: Conditions;
  /** of the ground truth, on held-out scenes as the model draws them */
  readonly judge: JudgeErrors;
  readonly summary: LocalisationSummary;
  readonly pictures: readonly LocalisedPicture[];
}

export interface LocalisedPicture {
  readonly prompt: string;
  readonly seed: string;
  readonly asked: readonly Species[];
  /** by the judge */
  readonly seen: readonly Species[];
  /** those that the judge can tell, with the engine's own mask */
  readonly subjects: readonly { readonly subject: Species; readonly seenAs: Species; readonly score: MaskScore }[];
}
