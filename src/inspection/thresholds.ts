import type { Signature } from './warning.ts';

/**
 * From these scores on a story is warned of: chosen on half of the stories of `npm run evaluate -- --signatures` on the
 * pocket model, whose precision and recall on the other half are in docs/results/signatures.md. Another model's pictures
 * have scores of their own, so for these the numbers are a guess until the same command has been run on it.
 */
export const THRESHOLDS: Readonly<Record<Signature, number>> = {
  'inconsistent-subject': 0.513,
  'layout-collapse': 0.262,
  'poor-details': 0.204,
  'background-leakage': 0.323,
};
