import type { SamplingResult } from './consistory/consistent-sampling.ts';
import type { Correspondence } from './consistory/correspondence.ts';
import type { InjectedToken } from './consistory/feature-injection.ts';
import type { MaskTracker } from './consistory/mask-tracker.ts';
import type { StagePanel } from './consistory/stage.ts';
import type { Grid } from './consistory/subject-mask.ts';
import type { ConsistoryUnet } from './consistory/unet-rows.ts';
import type { RasterImage } from './raster-image.ts';

/** What the algorithm saw and decided on the way to a story: for debug pictures, evaluation and ablations. */
export interface StoryTrace {
  readonly maskGrid: Grid;
  /** the grids that masks could be read at (`ModelChoice.maskResolution`), lowest first */
  readonly attentionGrids: readonly Grid[];
  readonly diftGrid: Grid;
  readonly injectGrid: Grid;
  readonly panels: readonly PanelTrace[];
  readonly correspondences: readonly Correspondence[];
  readonly injected: readonly InjectedToken[];
}

export interface PanelTrace {
  readonly id: number;
  /** as the first pass, without injection, left it */
  readonly firstImage: RasterImage;
  /** by concept, over the mask grid, of the first pass's last steps */
  readonly firstMasks: Readonly<Record<string, Uint8Array>>;
  /** by concept: mean attention of each of its words over the last steps of the last pass, over the mask grid */
  readonly attention: Readonly<Record<string, readonly Float32Array[]>>;
  /** the same of each of those steps by itself, the oldest first: [step][word] */
  readonly attentionByStep: Readonly<Record<string, readonly (readonly Float32Array[])[]>>;
}

export function traceOf(
  unet: ConsistoryUnet,
  panels: readonly StagePanel[],
  { first, last, correspondences, injected }: SamplingResult,
  firstImages: readonly RasterImage[],
): StoryTrace {
  const grid = ({ height, width }: Grid): Grid => ({ height, width });
  return {
    maskGrid: grid(unet.maskGrid),
    attentionGrids: unet.sharedLevels.map(grid),
    diftGrid: grid(unet.diftGrid),
    injectGrid: grid(unet.injectGrid),
    panels: panels.map(({ id, concepts }, i) => ({
      id,
      firstImage: firstImages[i] as RasterImage,
      firstMasks: (first.masks[i] as MaskTracker).masks(concepts),
      attention: byConcept(concepts, (concept) => (last.masks[i] as MaskTracker).wordMaps(concept)),
      attentionByStep: byConcept(concepts, (concept) => (last.masks[i] as MaskTracker).wordMapsByStep(concept)),
    })),
    correspondences,
    injected,
  };
}

function byConcept<T>(concepts: readonly string[], value: (concept: string) => T): Record<string, T> {
  return Object.fromEntries(concepts.map((concept) => [concept, value(concept)]));
}
