import type { Grid, Mask } from './subject-mask.ts';

/** Owners that shared attention tells from each other; tokens of those beyond are nobody's (graph/unet/consistory-inputs.ts). */
export const MOST_OWNERS = 7;

/** Whose each token is: 0 nobody's, else the place of its owner, counted from 1. */
export type TokenOwners = Uint8Array;

/**
 * The owners of tokens at any resolution. Where one token stands for several, it belongs to whoever has most of them;
 * to nobody if most are nobody's, or if several have as many. Where several stand for one, they follow it.
 * @param masks of the owners, over `from`
 */
export function tokenOwners(masks: readonly Mask[], from: Grid, to: Grid): TokenOwners {
  if (masks.length === 0) return new Uint8Array(to.height * to.width);
  return Uint8Array.from({ length: to.height * to.width }, (_, token) => {
    const rows = span(Math.floor(token / to.width), to.height, from.height);
    const columns = span(token % to.width, to.width, from.width);
    const cells = rows.flatMap((y) => columns.map((x) => y * from.width + x));
    const has = masks.map((mask) => cells.reduce((sum, cell) => sum + (mask[cell] as number), 0));
    const most = Math.max(...has);
    const owned = cells.filter((cell) => masks.some((mask) => mask[cell])).length;
    const isClear = 2 * owned >= cells.length && has.indexOf(most) === has.lastIndexOf(most);
    return isClear ? 1 + has.indexOf(most) : 0;
  });
}

/** The `from` cells that cell `at` of `to` cells covers; at least one. */
function span(at: number, to: number, from: number): number[] {
  const start = Math.floor((at * from) / to);
  const end = Math.max(start + 1, Math.floor(((at + 1) * from) / to));
  return Array.from({ length: end - start }, (_, i) => start + i);
}
