import type { Mask } from '../../engine/consistory/subject-mask.ts';

/** How a mask agrees with the truth, all over one grid. */
export interface MaskScore {
  /** intersection over union */
  readonly iou: number;
  /** share of what is not the subject that the mask covers */
  readonly falsePositives: number;
  /** share of the subject that the mask leaves out */
  readonly falseNegatives: number;
  /** share of the mask that lies on other creatures */
  readonly onOthers: number;
}

/**
 * @param others where other creatures are
 * @throws Error for a subject without a cell, or masks of different grids
 */
export function scoreMask(mask: Mask, truth: Mask, others: Mask): MaskScore {
  if (mask.length !== truth.length || mask.length !== others.length) throw new Error('masks of different grids');
  let [inside, both, covered, onOthers] = [0, 0, 0, 0];
  for (const [i, is] of truth.entries()) {
    const isCovered = mask[i] as number;
    inside += is;
    covered += isCovered;
    both += is && isCovered;
    onOthers += isCovered && !is ? (others[i] as number) : 0;
  }
  if (inside === 0) throw new Error('a subject that is nowhere');
  const outside = mask.length - inside;
  return {
    iou: both / (inside + covered - both),
    falsePositives: outside === 0 ? 0 : (covered - both) / outside,
    falseNegatives: (inside - both) / inside,
    onOthers: covered === 0 ? 0 : onOthers / covered,
  };
}

/** Intersection over union of two masks over one grid; 0 where both are empty. */
export function maskIou(a: Mask, b: Mask): number {
  if (a.length !== b.length) throw new Error('masks of different grids');
  let [both, either] = [0, 0];
  for (const [i, is] of a.entries()) {
    both += is & (b[i] as number);
    either += is | (b[i] as number);
  }
  return either === 0 ? 0 : both / either;
}
