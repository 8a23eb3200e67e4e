/** Numbers that were measured again and again. */
export type Series = readonly number[];

export const minimum = (series: Series): number => Math.min(...series);
export const maximum = (series: Series): number => Math.max(...series);

export function median(series: Series): number {
  const sorted = [...series].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How much slower the median was than the best: what else the machine had to do. 0 on a quiet one. */
export const unrest = (series: Series): number => median(series) / minimum(series) - 1;

/** One contender's work, done once; what it measured. */
export type Contender<T> = () => Promise<T>;

/**
 * Lets contenders take turns, so that whatever else the machine does disturbs all of them alike.
 * @param measured told after each turn that counts
 * @param options.warmUp whether one more round comes first that doesn't count: it loads, compiles and warms caches
 */
export async function takeTurns<Name extends string, T>(
  contenders: Readonly<Record<Name, Contender<T>>>,
  rounds: number,
  measured: (name: Name, round: number, result: T) => void = () => {},
  { warmUp = true }: { readonly warmUp?: boolean } = {},
): Promise<Record<Name, T[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (const name of warmUp ? names : []) await contenders[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const result = await contenders[name]();
      results[name].push(result);
      measured(name, round, result);
    }
  }
  return results;
}

export interface Ratio {
  /** of the best of each: what the programs can do */
  readonly ofMinima: number;
  /** of the middle of each: what they did on this machine at that time */
  readonly ofMedians: number;
}

export function ratio(a: Series, b: Series): Ratio {
  return { ofMinima: minimum(a) / minimum(b), ofMedians: median(a) / median(b) };
}
