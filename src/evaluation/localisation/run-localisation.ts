import { type Grid, type Mask, resizeMask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { attentionMask } from './attention-mask.ts';
import { type ComparedTruth, compareTruths, type ToldTwice } from './compare-truths.ts';
import { type Condition, type Conditions, conditionKey, conditionsOf } from './conditions.ts';
import { type DrawingDeps, type DrawnPrompts, drawPrompts, type LocalisationPlan } from './draw-prompts.ts';
import type { LocalisedPicture } from './results.ts';
import { type MaskScore, scoreMask } from './scores.ts';
import type { SubjectScores } from './summary.ts';
import type { SubjectTruth, ToldPicture, Truth } from './truth.ts';

export interface LocalisationDeps extends DrawingDeps {
  readonly truth: SubjectTruth;
  /** others to compare it with, on the same pictures */
  readonly others?: readonly SubjectTruth[];
  readonly told?: (done: number, total: number) => void;
}

/** A subject as it was localised, for pictures of it. */
export interface LocalisedSubject {
  readonly image: RasterImage;
  readonly prompt: string;
  readonly truth: Truth;
  readonly truthGrid: Grid;
  /** the engine's own */
  readonly mask: Mask;
  readonly maskGrid: Grid;
  readonly score: MaskScore;
}

export interface Localisation {
  readonly grids: readonly Grid[];
  readonly conditions: Conditions;
  readonly scores: readonly SubjectScores[];
  readonly pictures: readonly LocalisedPicture[];
  readonly subjects: readonly LocalisedSubject[];
  readonly compared: readonly ComparedTruth[];
}

/**
 * Draws every prompt plainly, and compares the masks of its subjects' words with where they are in the finished
 * picture.
 */
export async function runLocalisation(plan: LocalisationPlan, deps: LocalisationDeps): Promise<Localisation> {
  const drawn = await drawPrompts(plan, deps);
  const { own, grids } = drawn;
  const conditions = conditionsOf({ steps: plan.steps, own: own.height, window: plan.window }, grids);
  const scores: SubjectScores[] = [];
  const pictures: LocalisedPicture[] = [];
  const subjects: LocalisedSubject[] = [];
  const { others = [] } = deps;
  const toldTwice = others.map((): ToldTwice[] => []);
  for (const [i, { prompt, subjects: asked }] of plan.prompts.entries()) {
    const image = drawn.images[i] as RasterImage;
    const maskOf = (subject: string, condition: Condition) =>
      attentionMask(drawn.attention.get(condition.resolution)?.[i]?.[subject] ?? [], condition);
    const told = await deps.truth.tell(image, asked);
    const found = told.subjects.map((truth) => {
      scores.push({ subjects: asked.length, ...scoresOf(truth, told, drawn, conditions, maskOf) });
      const mask = maskOf(truth.subject, conditions.base);
      const score = scoreMask(resizeMask(mask, own, told.grid), truth.mask, truth.others);
      subjects.push({ image, prompt, truth, truthGrid: told.grid, mask, maskGrid: own, score });
      return { subject: truth.subject, seenAs: truth.seenAs, score };
    });
    pictures.push({ prompt, seed: plan.seed.toString(), asked, seen: told.seen, subjects: found });
    for (const [k, other] of others.entries()) {
      const second = await other.tell(image, asked);
      const ownMask = (subject: string) => ({ mask: maskOf(subject, conditions.base), grid: own });
      toldTwice[k]?.push(...asked.map((subject) => ({ subject, first: told, second, own: ownMask(subject) })));
    }
    deps.told?.(i + 1, plan.prompts.length);
  }
  const compared = others.map(({ name }, k) => compareTruths(name, toldTwice[k] ?? []));
  return { grids, conditions, scores, pictures, subjects, compared };
}

/** A subject's masks under all conditions, against the truth. */
function scoresOf(
  truth: Truth,
  { grid: truthGrid }: ToldPicture,
  { grids }: Pick<DrawnPrompts, 'grids'>,
  { byStep, byWindow, byRule }: Conditions,
  maskOf: (subject: string, condition: Condition) => Mask,
): Pick<SubjectScores, 'scores' | 'ceilings'> {
  const scoreOf = (mask: Mask, grid: Grid) => scoreMask(resizeMask(mask, grid, truthGrid), truth.mask, truth.others);
  const gridOf = ({ resolution }: Condition) => grids.find(({ height }) => height === resolution) as Grid;
  return {
    scores: Object.fromEntries(
      [...byStep, ...byWindow, ...byRule].map((each) => [
        conditionKey(each),
        scoreOf(maskOf(truth.subject, each), gridOf(each)),
      ]),
    ),
    // the truth itself, once it is as coarse as attention
    ceilings: Object.fromEntries(
      grids.map((grid) => [grid.height, scoreOf(resizeMask(truth.mask, truthGrid, grid), grid).iou]),
    ),
  };
}
