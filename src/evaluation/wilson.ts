/** A share with its 95 % interval. */
export interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly of: number;
}

/** two-sided 95 % of the normal distribution */
const Z = 1.959964;

/**
 * Wilson's score interval of a share (1927), which holds for few cases and for shares of 0 and 1.
 * @returns undefined for no cases
 */
export function wilson(count: number, of: number): Rate | undefined {
  if (of === 0) return undefined;
  const rate = count / of;
  const scale = 1 + Z ** 2 / of;
  const middle = (rate + Z ** 2 / (2 * of)) / scale;
  const reach = (Z / scale) * Math.sqrt((rate * (1 - rate)) / of + Z ** 2 / (4 * of ** 2));
  return { rate, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach), count, of };
}
