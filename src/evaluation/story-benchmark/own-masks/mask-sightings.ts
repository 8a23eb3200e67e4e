import { type Grid, type Mask, resizeMask } from '../../../engine/consistory/subject-mask.ts';
import { colourHistogram } from '../../../inspection/colour-agreement.ts';
import { coloursIn } from '../../../inspection/region.ts';
import type { Clip } from '../../clip/open-clip.ts';
import { cutOut } from '../../pictures/cut-out.ts';
import type { DrawnShot } from '../drawn-shots.ts';
import { sideBySide } from '../looking/cosine.ts';
import { outlineVector } from '../looking/creature-features.ts';
import { channelStatistics } from '../looking/csd.ts';
import { type FeatureLooking, shotFeatures } from '../looking/shot-features.ts';
import type { SegmentFigures } from './segment-figures.ts';

/** What can be seen in any model's picture, whose own attention says where its characters are; numbers that JSON keeps. */
export interface MaskSighting {
  /** by character; who has no mask is not among them */
  readonly figures: Readonly<Record<string, SeenFigure>>;
  /** style embedding */
  readonly style: readonly number[];
  /** CLIP's embedding of the whole picture; null without a CLIP */
  readonly picture: readonly number[] | null;
}

export interface SeenFigure {
  /** CLIP's embedding of what the mask cuts out, or what stands in for it (figureVector) */
  readonly identity: readonly number[];
  readonly outline: readonly number[];
}

export interface MaskLooking extends FeatureLooking {
  readonly clip: Pick<Clip, 'embedPicture'> | undefined;
  /** in place of the masks of attention */
  readonly segment?: SegmentFigures | undefined;
}

/** What a digit more would say is noise; files stay small. */
const DIGITS = 5;

/** Looks at pictures by their characters' masks: with CLIP where there is one, and with the U-Net's features. */
export async function lookByMasks(
  shots: readonly DrawnShot[],
  maskGrid: Grid,
  looking: MaskLooking,
): Promise<MaskSighting[]> {
  const { grid, found } = await shotFeatures(shots, looking);
  const { clip, segment } = looking;
  const sightings: MaskSighting[] = [];
  for (const [i, { image, masks: attended }] of shots.entries()) {
    const ofPicture = found[i] as Float32Array;
    const figures: Record<string, SeenFigure> = {};
    const segmented = await segment?.(image, Object.keys(attended));
    const { masks, grid: cells } = segmented ?? { masks: attended, grid: maskGrid };
    for (const [name, mask] of Object.entries(masks)) {
      const cut = cutOut(image, mask, cells);
      if (!cut) continue;
      const identity = clip
        ? await clip.embedPicture(cut)
        : figureVector(ofPicture, resizeMask(mask, cells, grid), colourHistogram(coloursIn(image, mask, cells)));
      figures[name] = { identity: rounded(identity), outline: rounded(outlineVector({ mask }, cells)) };
    }
    sightings.push({
      figures,
      style: rounded(channelStatistics(ofPicture, grid.height * grid.width)),
      picture: clip ? rounded(await clip.embedPicture(image)) : null,
    });
  }
  return sightings;
}

/**
 * Who a figure is without a CLIP: the U-Net's features in its mask, each channel's mean less that of the whole picture,
 * and a histogram of its colours; both weigh alike in the cosine.
 * @param features [C, S]
 */
export function figureVector(features: Float32Array, mask: Mask, colours: Float64Array | undefined): Float64Array {
  const patches = mask.length;
  const inside = mask.reduce((sum, one) => sum + one, 0);
  const means = Float64Array.from({ length: features.length / patches }, (_, channel) => {
    const values = features.subarray(channel * patches, (channel + 1) * patches);
    const [all, own] = values.reduce(([a, b], value, i) => [a + value, b + value * (mask[i] as number)], [0, 0]);
    return inside > 0 ? own / inside - all / patches : 0;
  });
  return sideBySide([means, colours ?? []]);
}

const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Number(value.toFixed(DIGITS)));
