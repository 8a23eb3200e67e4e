import { type Grid, type Mask, resizeMask } from '../../engine/consistory/subject-mask.ts';
import { type MeanInterval, meanInterval } from '../bootstrap.ts';
import { maskIou, scoreMask } from './scores.ts';
import type { ToldPicture, Truth } from './truth.ts';

/** A subject that a picture was asked for, by two who may tell it or not. */
export interface ToldTwice {
  readonly subject: string;
  readonly first: ToldPicture;
  readonly second: ToldPicture;
  /** the engine's own mask of it */
  readonly own: { readonly mask: Mask; readonly grid: Grid };
}

/** How another truth agrees with the one that scores are taken against, on the same pictures. */
export interface ComparedTruth {
  readonly name: string;
  /** subjects that both tell, only the first, only this one, and neither */
  readonly told: {
    readonly both: number;
    readonly onlyFirst: number;
    readonly onlyThis: number;
    readonly neither: number;
  };
  /** IoU of the two truths, over subjects that both tell; null for none */
  readonly agreement: MeanInterval | null;
  /** IoU of the engine's own masks with this truth, over all that it tells; null for none */
  readonly iou: MeanInterval | null;
}

export function compareTruths(name: string, subjects: readonly ToldTwice[]): ComparedTruth {
  const each = subjects.map(({ subject, first, second, own }) => {
    const [one, other] = [tellingOf(first, subject), tellingOf(second, subject)];
    return {
      one,
      other,
      agreement: one && other && agreement(one.mask, first.grid, other.mask, second.grid),
      iou: other && scoreMask(resizeMask(own.mask, own.grid, second.grid), other.mask, other.others).iou,
    };
  });
  const count = (byFirst: boolean, byThis: boolean) =>
    each.filter(({ one, other }) => (one !== undefined) === byFirst && (other !== undefined) === byThis).length;
  const mean = (values: readonly (number | undefined)[]) =>
    meanInterval(values.filter((value) => value !== undefined)) ?? null;
  return {
    name,
    told: {
      both: count(true, true),
      onlyFirst: count(true, false),
      onlyThis: count(false, true),
      neither: count(false, false),
    },
    agreement: mean(each.map((subject) => subject.agreement)),
    iou: mean(each.map(({ iou }) => iou)),
  };
}

const tellingOf = ({ subjects }: ToldPicture, sought: string): Truth | undefined =>
  subjects.find(({ subject }) => subject === sought);

/** Over the coarser of the two grids: the finer one's mask can be made as coarse, not the other way round. */
function agreement(a: Mask, aGrid: Grid, b: Mask, bGrid: Grid): number {
  return aGrid.height <= bGrid.height
    ? maskIou(a, resizeMask(b, bGrid, aGrid))
    : maskIou(resizeMask(a, aGrid, bGrid), b);
}
