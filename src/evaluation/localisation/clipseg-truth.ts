import { coverage, type Mask, unionMasks } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { ClipSeg } from '../clipseg/open-clipseg.ts';
import { withArticle } from '../stories.ts';
import { maskIou } from './scores.ts';
import type { SubjectTruth, Truth } from './truth.ts';

/**
 * Probability from which a cell belongs to a phrase: the one that the authors evaluate with on PhraseCut's photographs
 * (github.com/timojl/clipseg, experiments/phrasecut.yaml: `pc_miou_0.3`). It was not chosen for drawn pictures, so the
 * report has the scores by other thresholds, too.
 */
export const CLIPSEG_THRESHOLD = 0.3;
export const OTHER_THRESHOLDS = [0.2, 0.4, 0.5] as const;

/** Of the picture: what is smaller is less than two of CLIPSeg's patches (16 of 352 pixels a side), and may be none. */
const LEAST_SHARE = 0.004;
/** From this IoU on two phrases mean the same place: nobody knows which of them it is. */
const SAME_PLACE = 0.5;

/** A subject is told by the phrase "a fox", at each of several thresholds; the picture is looked at once for all. */
export function clipSegTruths(clipSeg: ClipSeg, thresholds: readonly number[]): SubjectTruth[] {
  const seen = new WeakMap<RasterImage, { readonly of: string; readonly maps: Promise<readonly Float32Array[]> }>();
  const locate = (picture: RasterImage, subjects: readonly string[]) => {
    const of = subjects.join();
    const known = seen.get(picture);
    if (known?.of === of) return known.maps;
    const maps = clipSeg.locate(picture, subjects.map(withArticle));
    seen.set(picture, { of, maps });
    return maps;
  };
  return thresholds.map((threshold) => ({
    name: `CLIPSeg from ${threshold}`,
    tell: async (picture, subjects) => ({
      grid: clipSeg.grid,
      subjects: subjectsIn(subjects, await locate(picture, subjects), threshold),
      seen: null,
    }),
  }));
}

/**
 * Each cell belongs to the phrase that is the most probable there, if it is probable enough. A subject that is hardly
 * anywhere stays untold, and so do two that are in the same place: for CLIPSeg a picture's one animal may well be both
 * "a dog" and "a fox".
 * @param maps by subject, probabilities of each cell
 */
export function subjectsIn(subjects: readonly string[], maps: readonly Float32Array[], threshold: number): Truth[] {
  const probable = maps.map((map) => Uint8Array.from(map, (value) => (value >= threshold ? 1 : 0)));
  const highest = maps[0]?.map((_, cell) => Math.max(...maps.map((map) => map[cell] as number))) ?? new Float32Array();
  const masks = probable.map((mask, i) => mask.map((is, cell) => (is && maps[i]?.[cell] === highest[cell] ? 1 : 0)));
  const confused = probable.map((mask, i) =>
    probable.some((other, j) => j !== i && maskIou(mask, other) >= SAME_PLACE),
  );
  return subjects.flatMap((subject, i) => {
    const mask = masks[i] as Mask;
    if (confused[i] || coverage(mask) < LEAST_SHARE) return [];
    const others = unionMasks(
      masks.filter((_, j) => j !== i),
      mask.length,
    );
    return [{ subject, mask, others: others.map((is, cell) => (mask[cell] ? 0 : is)), seenAs: null }];
  });
}
