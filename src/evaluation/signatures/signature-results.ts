import type { Circumstances } from '../command/circumstances.ts';
import type { DetectorReport, Observation } from './calibration.ts';

/** docs/results/signatures.json */
export interface SignatureResults extends Circumstances {
  readonly model: string;
  readonly modelHash: string;
  readonly steps: number;
  readonly detectors: readonly DetectorReport[];
  readonly observations: readonly Observation[];
}
