import type { TensorValue } from '../runtime/tensor-value.ts';
import type { Grid, Mask } from './subject-mask.ts';

/** What the text encoders made of one prompt. */
export interface Conditioning {
  /** [T, X] */
  readonly hidden: Float32Array;
  /** [P]; empty for models without pooled text */
  readonly pooled: Float32Array;
}

/** One row of the batch. */
export interface UnetRow {
  /** [C, H, W], already in the scale that the U-Net wants */
  readonly latents: Float32Array;
  readonly timestep: number;
  readonly text: Conditioning;
  /** token columns whose attention is wanted; rows of a batch may differ in number, short ones are padded */
  readonly columns: readonly number[];
  /** parts of the picture that hear a prompt of their own in place of `text`; no two overlap */
  readonly parts?: readonly PicturePart[];
}

export interface PicturePart {
  /** over the mask grid */
  readonly mask: Mask;
  readonly text: Conditioning;
}

/** ConsiStory's inputs of one run, by the names of the graph; left out, nothing is shared. */
export type ConsistoryFeeds = Readonly<Record<string, TensorValue>>;

export interface UnetResult {
  /** per row, [C, H, W] */
  readonly noise: readonly Float32Array[];
  /** per row, [K, S] over the mask grid */
  readonly attention: readonly Float32Array[];
  /** by `KIND/LAYER`, [K, C]: the tokens and features that the feeds ask to keep, as the graph gave them */
  readonly kept: Readonly<Record<string, TensorValue>>;
}

/** A layer whose tokens (before self-attention) or features (its output) can be kept and given (docs/adr/0006-one-pass.md). */
export interface MemoryLayer {
  readonly kind: 'tokens' | 'features';
  readonly name: string;
  /** of its level, in tokens */
  readonly height: number;
}

/** A U-Net with ConsiStory's inputs, as the algorithm uses it. */
export interface ConsistoryUnet {
  readonly latentShape: readonly [channels: number, height: number, width: number];
  readonly maskGrid: Grid;
  /** resolutions at which tokens are shared */
  readonly sharedLevels: readonly Grid[];
  readonly injectGrid: Grid;
  readonly diftGrid: Grid;
  readonly memoryLayers: readonly MemoryLayer[];
  run(rows: readonly UnetRow[], consistory?: ConsistoryFeeds): Promise<UnetResult>;
  /** DIFT features of each row, [C', h * w] */
  features(rows: readonly UnetRow[]): Promise<readonly Float32Array[]>;
}
