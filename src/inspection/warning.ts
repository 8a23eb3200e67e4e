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
  /** per panel; with them, pictures at night are compared as by day, if the model is one that veils them (the pocket) */
  readonly prompts?: readonly string[];
  /** the model veils its pictures by the time of day as the pocket's world does */
  readonly pocketDaylight?: boolean;
}

/** A signature that was seen, and where. */
export interface Warning {
  readonly signature: Signature;
  /** the character; undefined where it is the whole picture */
  readonly concept?: string;
  /** ids of the panels to draw anew first; the likeliest culprit is in front */
  readonly panels: readonly number[];
  /** the detector's number, and the threshold that it passed; the larger, the worse */
  readonly score: number;
  readonly threshold: number;
}
