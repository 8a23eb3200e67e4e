/** Against a division by zero where nobody is expected (ViStoryBench, equation 1). */
const EPSILON = 1e-6;

/**
 * On-stage character count matching (ViStoryBench, equation 1 and appendix K): 100 exp(-|D - E| / (epsilon + E)).
 * @returns 0 to 100
 */
export function occm(detected: number, expected: number): number {
  return 100 * Math.exp(-Math.abs(detected - expected) / (EPSILON + expected));
}
