import { randomStream, uniforms } from '../random/random-stream.ts';
import type { TensorOf } from '../runtime/tensor-value.ts';
import type { Half, RowLayout } from './row-layout.ts';
import type { SharingEdge, StagePanel } from './stage.ts';
import { type Grid, type Mask, resizeMask } from './subject-mask.ts';
import type { TokenOwners } from './token-owners.ts';

/** The bank of every row at one resolution, as the graph takes it. */
export interface TokenBank {
  /** int64 [B, M]: rows of the flattened [B * S] tokens; entries beyond a row's length are 0 */
  readonly index: TensorOf<'int64'>;
  /** int64 [B] */
  readonly length: TensorOf<'int64'>;
  /** int64 [B, M]: whose a token is, as its viewer counts them */
  readonly owner: TensorOf<'int64'>;
}

/** Where a source shows any of these concepts, at the mask resolution. */
export type MaskOf = (panel: number, concepts: readonly string[]) => Mask;

/** Where a source's token lies among the flattened tokens of a run, by half of the batch. */
export type RowOf = (half: Half, source: number, token: number) => number;

/** Whose the tokens of an edge's source are, as its viewer counts them; undefined: nobody's, and anybody sees them. */
export type OwnersOf = (edge: SharingEdge, level: Grid) => TokenOwners | undefined;

/** Of panels that are drawn. */
export function rowsInRun({ height, width }: Grid): RowOf {
  return (half, source, token) => half.row(source) * height * width + token;
}

/**
 * Which tokens of a panel are shared at a step (mask dropout, paper §4.2), for each attention level in turn. Drawn from
 * the panel's own stream, so both passes of a story, and every later redraw, drop the same tokens.
 * @returns for each level, 1 for each of its tokens that may be shared
 */
export function keptTokens(panel: StagePanel, step: number, levels: readonly Grid[], dropout: number): Mask[] {
  const sizes = levels.map((level) => level.height * level.width);
  const stream = randomStream({
    seed: panel.seed,
    purpose: 'dropout',
    panel: panel.id,
    revision: panel.revision,
    step,
  });
  const draws = uniforms(
    stream,
    sizes.reduce((a, b) => a + b, 0),
  );
  let start = 0;
  return sizes.map((size) => {
    const kept = Uint8Array.from(draws.subarray(start, start + size), (draw) => (draw >= dropout ? 1 : 0));
    start += size;
    return kept;
  });
}

/**
 * What each row may look at besides itself, at one level: the kept subject tokens of the panels that it shares with,
 * uncond rows in uncond rows, cond rows in cond rows (paper §4.1). Vanilla twins look at nothing.
 */
export function tokenBank(
  edges: readonly SharingEdge[],
  layout: RowLayout,
  level: Grid,
  maskGrid: Grid,
  maskOf: MaskOf,
  kept: readonly Mask[],
  rowOf: RowOf = rowsInRun(level),
  ownersOf: OwnersOf = () => undefined,
): TokenBank {
  const tokens = level.height * level.width;
  const seen: SeenToken[][] = Array.from({ length: layout.rows }, () => []);
  for (const edge of edges) {
    const { viewer, source, concepts } = edge;
    const owners = ownersOf(edge, level);
    const mask = resizeMask(maskOf(source, concepts), maskGrid, level);
    for (let token = 0; token < tokens; token++) {
      if (!mask[token] || !kept[source]?.[token]) continue;
      const owner = owners?.[token] ?? 0;
      for (const half of layout.halves) seen[half.row(viewer)]?.push({ row: rowOf(half, source, token), owner });
    }
  }
  const longest = Math.max(...seen.map((list) => list.length));
  const perRow = (value: (token: SeenToken) => number) => {
    const packed = new BigInt64Array(layout.rows * longest);
    for (const [row, list] of seen.entries())
      packed.set(
        list.map((token) => BigInt(value(token))),
        row * longest,
      );
    return { type: 'int64' as const, shape: [layout.rows, longest], data: packed };
  };
  return {
    index: perRow(({ row }) => row),
    length: { type: 'int64', shape: [layout.rows], data: BigInt64Array.from(seen, (list) => BigInt(list.length)) },
    owner: perRow(({ owner }) => owner),
  };
}

interface SeenToken {
  /** among the flattened tokens */
  readonly row: number;
  readonly owner: number;
}
