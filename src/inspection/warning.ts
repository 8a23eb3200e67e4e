import type { Grid, Mask } from '../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../engine/raster-image.ts';

/** How the method fails when it fails (paper §5 and its appendix on limitations). */
export const SIGNATURES = ['inconsistent-subject', 'layout-collapse', 'poor-details', 'background-leakage'] as const;

export type Signature = (typeof SIGNATURES)[number];

/** What the inspection looks at: a part of the engine's `DrawnStory`, so that a drawn story is one. */
export interface InspectedStory {
  readonly panels: readonly InspectedPanel[];
  /** of the panels' masks */
  readonly maskGrid: Grid;
}

export interface InspectedPanel {
  readonly id: number;
  readonly image: RasterImage;
  /** finished latents, [C, H, W] */
  readonly latents: Float32Array;
  /** by concept, over the mask grid: 1 where it is */
  readonly masks: Readonly<Record<string, Mask>>;
}

/** What the pictures themselves do not say. */
export interface InspectionContext {
  /** per panel; they tell which panels share a setting, and which are at night */
  readonly prompts?: readonly string[];
  /** the model veils its pictures by the time of day as the pocket's world does */
  readonly pocketDaylight?: boolean;
}

/** What a detector says of a story. */
export interface SignatureScore {
  readonly signature: Signature;
  /** the character; undefined where it is the whole picture */
  readonly concept?: string;
  /** ids of all panels that were looked at; the likeliest culprits, to be drawn anew first, are in front */
  readonly panels: readonly number[];
  /** the larger, the worse */
  readonly score: number;
}

/** A score that passed its threshold. */
export interface Warning extends SignatureScore {
  readonly threshold: number;
}
