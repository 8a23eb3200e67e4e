import { type Grid, type Mask, resizeMask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { Engine } from '../../engine/worker/engine-client.ts';
import type { ModelChoice } from '../../engine/worker/messages.ts';
import { contentKey } from '../content-key.ts';
import type { Judge } from '../judge/judge.ts';
import type { Judgement } from '../judge/judgement.ts';
import type { ResultCache } from '../result-cache.ts';
import { attentionMask } from './attention-mask.ts';
import { type Condition, type Conditions, conditionKey, conditionsOf } from './conditions.ts';
import {
  type AttendedBatch,
  type AttendedPicture,
  attentionRequest,
  decodeBatch,
  drawAttention,
  encodeBatch,
} from './draw-attention.ts';
import type { LocalisationPrompt } from './prompts.ts';
import type { LocalisedPicture } from './results.ts';
import { type MaskScore, scoreMask } from './scores.ts';
import type { SubjectScores } from './summary.ts';
import { type Truth, truthOf } from './truth.ts';

/** Bounds the memory of a run. */
const BATCH = 10;

export interface LocalisationPlan {
  readonly prompts: readonly LocalisationPrompt[];
  readonly seed: bigint;
  readonly steps: number;
  readonly guidance: number;
  /** steps that the engine averages attention over */
  readonly window: number;
}

export interface LocalisationDeps {
  readonly engine: Engine;
  readonly model: ModelChoice;
  readonly judge: Judge;
  readonly cache: ResultCache;
  /** names of the code and the model that draw */
  readonly drawnBy: readonly string[];
  readonly progress: (done: number, total: number, resolution: number) => void;
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
}

/**
 * Draws every prompt plainly, once for each resolution that attention can be read at, and compares the masks of its
 * subjects' words with where the judge sees them in the finished picture.
 */
export async function runLocalisation(plan: LocalisationPlan, deps: LocalisationDeps): Promise<Localisation> {
  const own = await drawAll(plan, deps, undefined);
  const [first] = own;
  if (!first) throw new Error('no prompts');
  const plain = picturesOf(own);
  const drawn = new Map([[first.grid.height, plain]]);
  for (const { height } of first.grids) {
    if (!drawn.has(height)) drawn.set(height, picturesOf(await drawAll(plan, deps, height)));
  }
  const { grids } = first;
  const conditions = conditionsOf({ steps: plan.steps, own: first.grid.height, window: plan.window }, grids);
  const scores: SubjectScores[] = [];
  const pictures: LocalisedPicture[] = [];
  const subjects: LocalisedSubject[] = [];
  for (const [i, { prompt, subjects: asked }] of plan.prompts.entries()) {
    const { image } = plain[i] as AttendedPicture;
    const judgement = await deps.judge.judge(image);
    const told = truthOf(judgement, asked);
    const found = told.map((truth) => {
      const attended = (height: number) => drawn.get(height)?.[i]?.attention[truth.subject] ?? [];
      const maskOf = (condition: Condition) => attentionMask(attended(condition.resolution), condition);
      const scoreOf = scorer(truth, judgement, grids);
      const all = [...conditions.byStep, ...conditions.byWindow, ...conditions.byRule];
      scores.push({
        subjects: asked.length,
        scores: Object.fromEntries(all.map((each) => [conditionKey(each), scoreOf(maskOf(each), each.resolution)])),
        ceilings: Object.fromEntries(grids.map((grid) => [grid.height, ceiling(truth, judgement, grid)])),
      });
      const mask = maskOf(conditions.base);
      const score = scoreOf(mask, conditions.base.resolution);
      subjects.push({ image, prompt, truth, truthGrid: judgement.grid, mask, maskGrid: first.grid, score });
      return { subject: truth.subject, seenAs: truth.seenAs, score };
    });
    const seen = judgement.instances.map(({ species }) => species);
    pictures.push({ prompt, seed: plan.seed.toString(), asked, seen, subjects: found });
  }
  return { grids, conditions, scores, pictures, subjects };
}

function scorer({ mask: truth, others }: Truth, { grid }: Judgement, grids: readonly Grid[]) {
  return (mask: Mask, resolution: number): MaskScore => {
    const from = grids.find(({ height }) => height === resolution) as Grid;
    return scoreMask(resizeMask(mask, from, grid), truth, others);
  };
}

/** The IoU that the truth itself has once it is as coarse as attention. */
function ceiling({ mask, others }: Truth, { grid }: Judgement, coarse: Grid): number {
  return scoreMask(resizeMask(resizeMask(mask, grid, coarse), coarse, grid), mask, others).iou;
}

const picturesOf = (batches: readonly AttendedBatch[]): AttendedPicture[] => batches.flatMap((batch) => batch.pictures);

async function drawAll(
  plan: LocalisationPlan,
  { engine, model, cache, drawnBy, progress }: LocalisationDeps,
  maskResolution: number | undefined,
): Promise<AttendedBatch[]> {
  const choice = maskResolution === undefined ? model : { ...model, maskResolution };
  const batches: AttendedBatch[] = [];
  for (let start = 0; start < plan.prompts.length; start += BATCH) {
    const request = attentionRequest(plan.prompts.slice(start, start + BATCH), start + 1, plan);
    const key = contentKey({ drawnBy, size: model.size, maskResolution, request });
    const stored = await cache.measured(key, async () => encodeBatch(await drawAttention(engine, choice, request)));
    const batch = decodeBatch(stored);
    batches.push(batch);
    progress(Math.min(start + BATCH, plan.prompts.length), plan.prompts.length, batch.grid.height);
  }
  return batches;
}
