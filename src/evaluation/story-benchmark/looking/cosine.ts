/** A feature vector of any length. */
export type Vector = ArrayLike<number>;

/** Cosine similarity, -1 to 1; 0 where one of the vectors is all zeros. */
export function cosine(one: Vector, other: Vector): number {
  if (one.length !== other.length) throw new RangeError(`vectors of ${one.length} and ${other.length} numbers`);
  let [both, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] as number, other[i] as number];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  const lengths = Math.sqrt(first * second);
  return lengths > 0 ? both / lengths : 0;
}

/** The vectors behind each other, each brought to length 1 first, so that each weighs alike in the cosine. */
export function sideBySide(blocks: readonly Vector[]): Float64Array {
  return Float64Array.from(
    blocks.flatMap((block) => {
      const values = Array.from(block);
      const length = Math.hypot(...values) || 1;
      return values.map((value) => value / length);
    }),
  );
}
