import type { Engine, EngineHooks } from '../engine/worker/engine-client.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';
import { clipMeasures, NO_CLIP } from './clip/clip-measures.ts';
import type { Clip } from './clip/open-clip.ts';
import { contentKey } from './content-key.ts';
import { type Drawing, drawVariant, type PanelDiagnosis } from './drawing.ts';
import { type DrawingSignature, signAll } from './drawing-signature.ts';
import { dreamSimMeasures, NO_DREAMSIM } from './dreamsim/dreamsim-measures.ts';
import type { DreamSim } from './dreamsim/open-dreamsim.ts';
import type { Judge } from './judge/judge.ts';
import { attributeMeasures, type JudgedSubject, judgedSubject } from './measures/attribute-agreement.ts';
import { type Measured, type MeasuringContext, measureDrawing } from './measures/measure-drawing.ts';
import type { Measures } from './measures/measure-names.ts';
import { type Sampling, storyRequest } from './panel-prompts.ts';
import type { ResultCache } from './result-cache.ts';
import type { EvaluationStory } from './stories.ts';
import { PLAIN, type Variant } from './variants.ts';

/** All that decides an evaluation's numbers, but for the code. */
export interface EvaluationPlan {
  readonly stories: readonly EvaluationStory[];
  /** runs of every story, each with noise of its own */
  readonly runs: number;
  /** the first is plain */
  readonly variants: readonly Variant[];
  readonly sampling: Sampling;
  /** training timesteps at which prompts are compared; none: they are not */
  readonly timesteps: readonly number[];
  /** pictures are of the pocket's world: veiled by the time of day, with coats of its palette */
  readonly pocketDaylight: boolean;
}

/** A story, a seed and a variant. */
export interface Cell extends Omit<Measured, 'measures'> {
  readonly measures: Measures;
  /** per panel; undefined without a judge */
  readonly judged: readonly (JudgedSubject | null)[] | undefined;
  readonly story: string;
  /** from 1 */
  readonly run: number;
  /** of the story; equal in all variants */
  readonly seed: string;
  readonly variant: string;
  readonly prompts: readonly string[];
  readonly diagnosis: readonly PanelDiagnosis[];
  /** seconds that drawing took */
  readonly took: number;
}

export interface EvaluationDeps {
  readonly engine: Engine;
  readonly model: ModelChoice;
  /** told of the model's loading, and of steps */
  readonly engineHooks?: Pick<EngineHooks, 'loaded' | 'progress'>;
  /** told of so many pictures that the U-Net is asked about, which may take long */
  readonly looking?: (pictures: number) => void;
  readonly cache: ResultCache;
  readonly drawnBy: DrawingSignature;
  /** name of the code that measures */
  readonly measuredBy: string;
  /** only for pictures of the pocket's world */
  readonly judge?: { readonly judge: Judge; readonly name: string };
  /** where one is installed */
  readonly clip?: { readonly clip: Clip; readonly name: string };
  readonly dreamSim?: { readonly dreamSim: DreamSim; readonly name: string };
}

export interface EvaluationHooks {
  /** Every variant's signature is known: what comes now is drawn or read from the cache. */
  readonly signed?: () => void;
  readonly progress: (done: number, total: number, cell: Cell) => void;
  /** All variants of a story and a seed, as soon as they are there. */
  readonly drawn: (story: EvaluationStory, seed: bigint, drawings: ReadonlyMap<string, Drawing>) => Promise<void>;
}

/** No two stories share noise, so that the stories' differences are independent. */
export const storySeed = (story: number, run: number): bigint => BigInt(run * 100 + story + 1);

export async function runEvaluation(
  plan: EvaluationPlan,
  deps: EvaluationDeps,
  hooks: EvaluationHooks,
): Promise<Cell[]> {
  const { stories, runs, variants } = plan;
  const total = stories.length * runs * variants.length;
  const cells: Cell[] = [];
  await signAll(
    deps.drawnBy,
    variants.map(({ settings }) => settings),
  );
  hooks.signed?.();
  for (let run = 1; run <= runs; run++) {
    for (const [s, story] of stories.entries()) {
      const seed = storySeed(s, run);
      const drawings = new Map<string, Drawing>();
      for (const variant of variants) {
        const cell = await evaluateCell(plan, deps, { story, run, seed, variant }, drawings);
        cells.push(cell);
        hooks.progress(cells.length, total, cell);
      }
      await hooks.drawn(story, seed, drawings);
    }
  }
  return cells;
}

interface CellName {
  readonly story: EvaluationStory;
  readonly run: number;
  readonly seed: bigint;
  readonly variant: Variant;
}

/** @param drawings those of the same story and seed, to which this one is added; plain has to be the first */
async function evaluateCell(
  { sampling, timesteps, pocketDaylight }: EvaluationPlan,
  { engine, engineHooks, looking, model, cache, drawnBy, measuredBy, judge, clip, dreamSim }: EvaluationDeps,
  { story, run, seed, variant }: CellName,
  drawings: Map<string, Drawing>,
): Promise<Cell> {
  const request = storyRequest(story, variant, seed, sampling);
  const key = contentKey({ drawnBy: await drawnBy(request.settings), size: model.size, request });
  const drawing = await cache.drawing(key, () => drawVariant(engine, model, request, engineHooks));
  drawings.set(variant.name, drawing);
  const plain = drawings.get(PLAIN) as Drawing;
  const context: MeasuringContext = {
    story,
    promptPrefix: sampling.promptPrefix,
    timesteps,
    pocketDaylight,
    probe: (look, probes) => {
      looking?.(probes.length);
      return engine.probe(model, { look, probes });
    },
  };
  const twin = variant.sameNoise ? undefined : plain;
  const measuredKey = contentKey({
    key,
    measuredBy,
    story,
    timesteps,
    pocketDaylight,
    twin: twin?.panels.map(latentsOf),
  });
  const measured = await cache.measured(measuredKey, () => measureDrawing(drawing, twin, context));
  const judged =
    judge &&
    (await cache.measured(contentKey({ key, judge: judge.name }), () => judgePanels(judge.judge, story, drawing)));
  const byClip = clip
    ? await cache.measured(contentKey({ key, measuredBy, clip: clip.name }), () => clipMeasures(clip.clip, drawing))
    : NO_CLIP;
  const byDreamSim = dreamSim
    ? await cache.measured(contentKey({ key, measuredBy, dreamSim: dreamSim.name }), () =>
        dreamSimMeasures(dreamSim.dreamSim, drawing),
      )
    : NO_DREAMSIM;
  return {
    story: story.subject,
    run,
    seed: seed.toString(),
    variant: variant.name,
    prompts: drawing.panels.map((panel) => panel.prompt),
    diagnosis: drawing.panels.map((panel) => panel.diagnosis),
    took: drawing.took,
    ...measured,
    measures: {
      ...measured.measures,
      // the palette's colours are those of the pocket's world
      ...(pocketDaylight ? {} : { coatNames: null }),
      ...attributeMeasures(judged, story.subject),
      ...byClip,
      ...byDreamSim,
    },
    judged,
  };
}

async function judgePanels(judge: Judge, { subject }: EvaluationStory, { panels }: Drawing) {
  const subjects: (JudgedSubject | null)[] = [];
  for (const { image } of panels) subjects.push(judgedSubject(await judge.judge(image), subject));
  return subjects;
}

const latentsOf = ({ latents }: { readonly latents: Float32Array }): string =>
  Buffer.from(latents.buffer, latents.byteOffset, latents.byteLength).toString('base64');
