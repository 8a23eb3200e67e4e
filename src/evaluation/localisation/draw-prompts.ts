import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { PictureSize } from '../../engine/pipeline/unet-session.ts';
import type { Engine } from '../../engine/worker/engine-client.ts';
import type { EngineProgress, ModelChoice } from '../../engine/worker/messages.ts';
import { contentKey } from '../content-key.ts';
import type { ResultCache } from '../result-cache.ts';
import {
  type AttendedBatch,
  type AttendedPicture,
  attentionRequest,
  decodeBatch,
  drawAttention,
  encodeBatch,
} from './draw-attention.ts';
import type { LocalisationPrompt } from './prompts.ts';

/** Ten pictures of the pocket. */
const BATCH_PIXELS = 10 * 128 ** 2;

/**
 * How many pictures are drawn at once, if memory allows. It bounds the memory of a run and what a stopped one loses:
 * models of larger pictures draw one after the other.
 */
export const picturesAtOnce = ({ width, height }: PictureSize): number =>
  Math.max(1, Math.floor(BATCH_PIXELS / (width * height)));

export interface LocalisationPlan {
  readonly prompts: readonly LocalisationPrompt[];
  readonly seed: bigint;
  readonly steps: number;
  readonly guidance: number;
  /** steps that the engine averages attention over */
  readonly window: number;
  /** how many are drawn at once */
  readonly atOnce: number;
  /** of attention: all that the model has, each of which is a run of its own over all prompts, or the engine's own */
  readonly resolutions: 'all' | 'own';
}

/** How a run gets on, in batches of pictures. */
export interface DrawingProgress {
  /** told as soon as it is known: after the first batch */
  readonly planned: (batches: number) => void;
  readonly drawn: (what: string) => void;
  readonly engine?: (progress: EngineProgress) => void;
}

export interface DrawingDeps {
  readonly engine: Engine;
  readonly model: ModelChoice;
  readonly cache: ResultCache;
  /** names the code and the model that draw: see attentionSignature */
  readonly drawnBy: string;
  readonly progress: DrawingProgress;
}

export interface DrawnPrompts {
  /** that the engine reads masks at */
  readonly own: Grid;
  /** all that were read, lowest first */
  readonly grids: readonly Grid[];
  /** with attention at the engine's own resolution */
  readonly plain: readonly AttendedPicture[];
  /** by height of the grid, the pictures of all prompts: the same ones, with attention at that resolution */
  readonly pictures: ReadonlyMap<number, readonly AttendedPicture[]>;
}

/** Draws every prompt plainly, once for each resolution that attention is read at. */
export async function drawPrompts(plan: LocalisationPlan, deps: DrawingDeps): Promise<DrawnPrompts> {
  const { atOnce } = plan;
  const perRun = Math.ceil(plan.prompts.length / atOnce);
  let known: Pick<AttendedBatch, 'grid' | 'grids'> | undefined;
  const drawAll = async (maskResolution: number | undefined): Promise<AttendedPicture[]> => {
    const pictures: AttendedPicture[] = [];
    for (let start = 0; start < plan.prompts.length; start += atOnce) {
      const request = attentionRequest(plan.prompts.slice(start, start + atOnce), start + 1, plan);
      const batch = await drawBatch(request, maskResolution, deps);
      if (!known) {
        known = { grid: batch.grid, grids: plan.resolutions === 'own' ? [batch.grid] : batch.grids };
        deps.progress.planned(perRun * new Set([batch.grid, ...known.grids].map(({ height }) => height)).size);
      }
      pictures.push(...batch.pictures);
      const done = Math.min(start + atOnce, plan.prompts.length);
      const { height, width } = batch.grid;
      deps.progress.drawn(`pictures ${done} of ${plan.prompts.length} with attention at ${width} x ${height}`);
    }
    return pictures;
  };
  const plain = await drawAll(undefined);
  if (!known) throw new Error('no prompts');
  const { grid: own, grids } = known;
  const pictures = new Map([[own.height, plain]]);
  for (const { height } of grids) if (!pictures.has(height)) pictures.set(height, await drawAll(height));
  return { own, grids, plain, pictures };
}

async function drawBatch(
  request: ReturnType<typeof attentionRequest>,
  maskResolution: number | undefined,
  { engine, model, cache, drawnBy, progress }: DrawingDeps,
): Promise<AttendedBatch> {
  const choice = maskResolution === undefined ? model : { ...model, maskResolution };
  const key = contentKey({ drawnBy, size: model.size, maskResolution, request });
  const draw = () => drawAttention(engine, choice, request, progress.engine);
  return decodeBatch(await cache.measured(key, async () => encodeBatch(await draw())));
}
