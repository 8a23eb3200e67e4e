import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { PictureSize } from '../../engine/pipeline/unet-session.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { Engine } from '../../engine/worker/engine-client.ts';
import type { EngineProgress, ModelChoice } from '../../engine/worker/messages.ts';
import { contentKey } from '../content-key.ts';
import type { ResultCache } from '../result-cache.ts';
import {
  type Attention,
  attentionRequest,
  decodeBatch,
  drawAttention,
  encodeBatch,
  type KeptBatch,
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
  /** of all prompts */
  readonly images: readonly RasterImage[];
  /** by height of the grid, the attention of all prompts */
  readonly attention: ReadonlyMap<number, readonly Attention[]>;
}

/** Draws every prompt plainly, once for each resolution that attention is read at. */
export async function drawPrompts(plan: LocalisationPlan, deps: DrawingDeps): Promise<DrawnPrompts> {
  const { atOnce } = plan;
  const perRun = Math.ceil(plan.prompts.length / atOnce);
  const images: RasterImage[] = [];
  let known: Pick<DrawnPrompts, 'own' | 'grids'> | undefined;
  const drawAll = async (maskResolution: number | undefined): Promise<Attention[]> => {
    const attention: Attention[] = [];
    for (let start = 0; start < plan.prompts.length; start += atOnce) {
      const request = attentionRequest(plan.prompts.slice(start, start + atOnce), start + 1, plan);
      const batch = await drawBatch(request, maskResolution, deps);
      if (!known) {
        known = { own: batch.grid, grids: gridsOf(batch, plan) };
        deps.progress.planned(perRun * known.grids.length);
      }
      attention.push(...batch.pictures.map((picture) => picture.attention));
      images.push(...batch.pictures.flatMap(({ image }) => (image ? [image] : [])));
      const done = Math.min(start + atOnce, plan.prompts.length);
      const { height, width } = batch.grid;
      deps.progress.drawn(`pictures ${done} of ${plan.prompts.length} with attention at ${width} x ${height}`);
    }
    return attention;
  };
  const first = await drawAll(undefined);
  if (!known) throw new Error('no prompts');
  const { own, grids } = known;
  const attention = new Map([[own.height, first]]);
  for (const { height } of grids) if (!attention.has(height)) attention.set(height, await drawAll(height));
  return { own, grids, images, attention };
}

/** The engine's own grid may be one that only the middle block has, which isn't among those that tokens are shared at. */
function gridsOf({ grid, grids }: KeptBatch, { resolutions }: LocalisationPlan): Grid[] {
  const others = resolutions === 'own' ? [] : grids.filter(({ height }) => height !== grid.height);
  return [grid, ...others].sort((a, b) => a.height - b.height);
}

/** Attention where the engine reads it, with the pictures; or elsewhere, without. */
async function drawBatch(
  request: ReturnType<typeof attentionRequest>,
  maskResolution: number | undefined,
  { engine, model, cache, drawnBy, progress }: DrawingDeps,
): Promise<KeptBatch> {
  const choice = maskResolution === undefined ? model : { ...model, maskResolution };
  const key = contentKey({ drawnBy, size: model.size, maskResolution, request });
  const stored = await cache.measured(key, async () => {
    const batch = await drawAttention(engine, choice, request, progress.engine);
    const withoutImages = () => batch.pictures.map(({ attention }) => ({ attention }));
    return encodeBatch(maskResolution === undefined ? batch : { ...batch, pictures: withoutImages() });
  });
  return decodeBatch(stored);
}
