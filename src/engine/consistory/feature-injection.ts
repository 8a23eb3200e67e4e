import { float32Tensor, int64Tensor } from '../runtime/tensor-value.ts';
import type { Correspondence } from './correspondence.ts';
import type { RowLayout } from './row-layout.ts';
import type { FeatureInjection } from './settings.ts';
import { type Grid, type Mask, minMax, otsuThreshold } from './subject-mask.ts';
import { type RowOf, rowsInRun } from './token-bank.ts';
import type { ConsistoryFeeds } from './unet-rows.ts';

/** One token of a panel that takes the features of a token of another panel. */
export interface InjectedToken {
  readonly panel: number;
  readonly token: number;
  readonly source: number;
  readonly sourceToken: number;
  readonly similarity: number;
}

/**
 * Which tokens take features from where (paper §4.3): inside the subject mask, each token from the panel whose nearest
 * patch is the most similar, if that similarity passes the threshold. Where masks of two concepts overlap, the better
 * correspondence wins.
 *
 * Otsu's threshold is taken for each panel and concept over the best similarities of the whole picture: they fall into
 * what looks like the source's subject and what doesn't. Over the mask's tokens alone, most of which do, it would throw
 * away a third of the subject for nothing (docs/adr/0004-consistency.md).
 * @param maskOf where a panel shows a concept, over the grid of injection
 */
export function chooseInjections(
  correspondences: readonly Correspondence[],
  maskOf: (panel: number, concept: string) => Mask,
  diftGrid: Grid,
  injectGrid: Grid,
  threshold: FeatureInjection['similarity'],
): InjectedToken[] {
  const panels = [...new Set(correspondences.map((c) => c.viewer))].sort((a, b) => a - b);
  return panels.flatMap((panel) => {
    const matches = correspondences.filter((c) => c.viewer === panel);
    const best = new Map<number, InjectedToken>();
    for (const concept of new Set(matches.map((c) => c.concept))) {
      const patches = bestPatches(matches.filter((c) => c.concept === concept));
      const least = threshold === 'otsu' ? similarityThreshold(patches.map((p) => p.similarity)) : threshold;
      maskOf(panel, concept).forEach((inside, token) => {
        const patch = patches[patchOf(token, injectGrid, diftGrid)];
        if (!inside || !patch || patch.similarity < least) return;
        if (patch.similarity <= (best.get(token)?.similarity ?? Number.NEGATIVE_INFINITY)) return;
        const sourceToken = tokenOf(patch.nearest, token, injectGrid, diftGrid);
        best.set(token, { panel, token, source: patch.source, sourceToken, similarity: patch.similarity });
      });
    }
    return [...best.values()].sort((a, b) => a.token - b.token);
  });
}

interface PatchMatch {
  readonly source: number;
  /** patch of the source */
  readonly nearest: number;
  readonly similarity: number;
}

/** For each patch of a panel the source in which its nearest patch is the most similar; the first of equals. */
function bestPatches(matches: readonly Correspondence[]): PatchMatch[] {
  return Array.from(matches[0]?.similarity ?? [], (_, patch) =>
    matches
      .map(({ source, nearest, similarity }) => ({
        source,
        nearest: nearest[patch] as number,
        similarity: similarity[patch] as number,
      }))
      .reduce((best, match) => (match.similarity > best.similarity ? match : best)),
  );
}

/** Otsu's threshold on similarities, in their own scale. */
export function similarityThreshold(similarities: readonly number[]): number {
  const values = Float32Array.from(similarities);
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return values.length === 0 ? 1 : low + otsuThreshold(minMax(values)) * (high - low);
}

/** The graph's injection inputs. Uncond and cond rows take features alike, each from its own kind. */
export function injectionFeeds(
  tokens: readonly InjectedToken[],
  layout: RowLayout,
  grid: Grid,
  strength: number,
  rowOf: RowOf = rowsInRun(grid),
): ConsistoryFeeds {
  const size = grid.height * grid.width;
  const rows = layout.halves.flatMap((half) => tokens.map((t) => half.row(t.panel) * size + t.token));
  const sources = layout.halves.flatMap((half) => tokens.map((t) => rowOf(half, t.source, t.sourceToken)));
  return {
    [`inject_rows_${grid.height}`]: int64Tensor(rows),
    [`inject_source_${grid.height}`]: int64Tensor(sources),
    [`inject_weight_${grid.height}`]: float32Tensor(new Float32Array(rows.length).fill(strength), [rows.length]),
  };
}

/** The DIFT patch that a token lies in. */
function patchOf(token: number, tokens: Grid, patches: Grid): number {
  const y = Math.floor((Math.floor(token / tokens.width) * patches.height) / tokens.height);
  const x = Math.floor(((token % tokens.width) * patches.width) / tokens.width);
  return y * patches.width + x;
}

/** The token of `patch` that lies in it where `like` lies in its own patch. */
function tokenOf(patch: number, like: number, tokens: Grid, patches: Grid): number {
  const [sy, sx] = [tokens.height / patches.height, tokens.width / patches.width];
  const within = (at: number, scale: number) => (scale > 1 ? at % scale : 0);
  const y = Math.floor(Math.floor(patch / patches.width) * sy) + within(Math.floor(like / tokens.width), sy);
  const x = Math.floor((patch % patches.width) * sx) + within(like % tokens.width, sx);
  return y * tokens.width + x;
}
