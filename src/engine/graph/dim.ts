/**
 * A dimension: a number, or an expression over symbols that are known only when the graph runs, in one canonical
 * spelling, so that equal dimensions are equal strings: a product `256*batch`, whose factors may be sums `(256+bank_16)`.
 */
export type Dim = number | string;

export type Shape = readonly Dim[];

interface Product {
  readonly coefficient: number;
  readonly factors: readonly string[];
}

function parse(dim: Dim): Product {
  if (typeof dim === 'number') return { coefficient: dim, factors: [] };
  let depth = 0;
  let coefficient = 1;
  let atom = '';
  const factors: string[] = [];
  const close = () => {
    if (/^\d+$/.test(atom)) coefficient *= Number(atom);
    else factors.push(atom);
    atom = '';
  };
  for (const c of dim) {
    if (c === '(') depth += 1;
    if (c === ')') depth -= 1;
    if (c === '*' && depth === 0) close();
    else atom += c;
  }
  close();
  return { coefficient, factors };
}

function format({ coefficient, factors }: Product): Dim {
  if (coefficient === 0 || factors.length === 0) return coefficient;
  const product = [...factors].sort().join('*');
  return coefficient === 1 ? product : `${coefficient}*${product}`;
}

/** The product of dimensions; of none, 1. */
export function times(...dims: readonly Dim[]): Dim {
  const parsed = dims.map(parse);
  return format({
    coefficient: parsed.reduce((product, p) => product * p.coefficient, 1),
    factors: parsed.flatMap((p) => p.factors),
  });
}

/** The sum of dimensions. */
export function plus(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  return `(${[a, b].map(String).sort().join('+')})`;
}

/** `a / b` if it is whole for every value of the symbols, else undefined. */
export function dividedBy(a: Dim, b: Dim): Dim | undefined {
  const dividend = parse(a);
  const divisor = parse(b);
  if (divisor.coefficient === 0 || dividend.coefficient % divisor.coefficient !== 0) return undefined;
  const factors = [...dividend.factors];
  for (const factor of divisor.factors) {
    const at = factors.indexOf(factor);
    if (at < 0) return undefined;
    factors.splice(at, 1);
  }
  return format({ coefficient: dividend.coefficient / divisor.coefficient, factors });
}

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/**
 * The shape that two shapes broadcast to by numpy's rules. A symbol meets only itself or 1.
 * @throws Error if they don't fit.
 */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`shapes ${showShape(a)} and ${showShape(b)} do not broadcast`);
  });
}
