import type { Circumstances } from '../command/circumstances.ts';
import type { DetectorReport, Observation } from './calibration.ts';
import type { Provocation } from './provocations.ts';

/** docs/results/signatures.json */
export interface SignatureResults extends Circumstances {
  readonly model: string;
  readonly modelHash: string;
  readonly steps: number;
  /** results of older times have the usual ones */
  readonly provocations?: readonly Pick<Provocation, 'name' | 'provokes' | 'about'>[];
  readonly detectors: readonly DetectorReport[];
  readonly observations: readonly Observation[];
}
