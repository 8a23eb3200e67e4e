/** A pair of a bipartite matching, by the rows' and the columns' indices. */
export interface Assigned {
  readonly row: number;
  readonly column: number;
}

/** Columns are told apart by bits; a picture never shows as many characters. */
const MAX_COLUMNS = 16;

/**
 * The matching of rows with columns, each at most once, whose similarities add up to the most, as the Hungarian
 * algorithm would find it; by dynamic programming over sets of columns, for these are few. As many pairs as there can
 * be are made, whatever their similarity.
 * @param similarities [rows][columns]
 * @throws RangeError for more than 16 columns
 */
export function bestAssignment(similarities: readonly (readonly number[])[]): Assigned[] {
  const columns = similarities[0]?.length ?? 0;
  if (columns > MAX_COLUMNS) throw new RangeError(`${columns} columns`);
  const wanted = Math.min(similarities.length, columns);
  let best = new Map<number, { readonly sum: number; readonly pairs: readonly Assigned[] }>([
    [0, { sum: 0, pairs: [] }],
  ]);
  similarities.forEach((ofRow, row) => {
    const next = new Map(best); // the row may stay alone
    for (const [taken, { sum, pairs }] of best) {
      ofRow.forEach((similarity, column) => {
        const bit = 1 << column;
        if (taken & bit) return;
        const before = next.get(taken | bit);
        if (before && before.sum >= sum + similarity) return;
        next.set(taken | bit, { sum: sum + similarity, pairs: [...pairs, { row, column }] });
      });
    }
    best = next;
  });
  const full = [...best.values()].filter(({ pairs }) => pairs.length === wanted);
  return [...full.reduce((one, other) => (other.sum > one.sum ? other : one)).pairs];
}
