import type { SharingEdge } from './stage.ts';
import type { Mask } from './subject-mask.ts';

/** A panel's patches and those of another panel that look most like them, within one concept's masks. */
export interface PairToMatch {
  /** the panel whose patches are matched */
  readonly viewer: number;
  /** the panel in which their likes are sought */
  readonly source: number;
  readonly concept: string;
  /** over the DIFT grid: where the concept is in the source */
  readonly sourceMask: Mask;
}

export interface Correspondence extends PairToMatch {
  /** for each patch of the viewer, the patch of the source that is nearest by cosine similarity; [h * w] */
  readonly nearest: Int32Array;
  /** that similarity, -1 to 1; [h * w] */
  readonly similarity: Float32Array;
}

/** Finds the nearest patches of many pairs at once. `features` are per panel, [C', h * w]. */
export type MatchPatches = (
  features: readonly Float32Array[],
  pairs: readonly PairToMatch[],
) => Promise<readonly Correspondence[]>;

/**
 * The pairs to match: concepts one by one, so that a fox never takes a bear's fur. A concept that its
 * source doesn't show has nothing to give.
 * @param maskOf where a panel shows a concept, over the DIFT grid
 */
export function pairsToMatch(
  edges: readonly SharingEdge[],
  maskOf: (panel: number, concept: string) => Mask,
): PairToMatch[] {
  return edges
    .flatMap(({ viewer, source, concepts }) =>
      concepts.map((concept) => ({ viewer, source, concept, sourceMask: maskOf(source, concept) })),
    )
    .filter((pair) => pair.sourceMask.includes(1));
}
