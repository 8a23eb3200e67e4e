import type { Provenance } from './report-markdown.ts';
import type { Cell } from './run-evaluation.ts';
import type { VariantSummary } from './summary.ts';

/** The JSON file of an evaluation or a sweep. */
export interface EvaluationResults extends Provenance {
  readonly summaries: readonly VariantSummary[];
  readonly cells: readonly Cell[];
}
