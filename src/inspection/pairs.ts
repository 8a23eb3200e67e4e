/** A value for every two different items. */
export function pairs<Item, Value>(items: readonly Item[], value: (one: Item, other: Item) => Value): Value[] {
  return items.flatMap((one, i) => items.slice(i + 1).map((other) => value(one, other)));
}

/** The mean of what is known; null if nothing is. */
export function meanOf(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
}

/** Of an even number of values the mean of the two in the middle; undefined for none. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = Math.floor(sorted.length / 2);
  return meanOf(sorted.slice(sorted.length % 2 === 0 ? upper - 1 : upper, upper + 1)) ?? undefined;
}

export const share = (facts: readonly boolean[]): number | null => meanOf(facts.map(Number));
