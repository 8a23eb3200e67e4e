import { normalNoise, randomStream } from '../random/random-stream.ts';
import { NO_MEMORY } from '../schedulers/scheduler.ts';
import { type Correspondence, type MatchPatches, pairsToMatch } from './correspondence.ts';
import { DIFT_TIMESTEP, noisedForDift } from './dift.ts';
import { chooseInjections, type InjectedToken } from './feature-injection.ts';
import { type Foresight, lookAhead } from './lookahead.ts';
import type { ConceptRows } from './mask-tracker.ts';
import { MaskTracker } from './mask-tracker.ts';
import type { StageContext } from './predict-noise.ts';
import { type PassContext, type PassState, samplingPass } from './sampling-pass.ts';
import { type FeatureInjection, injectionSteps, passLengths } from './settings.ts';
import { resizeMask } from './subject-mask.ts';

export type SamplingPhase = 'sample' | 'match' | 'inject';

export interface SamplingHooks {
  /** `done` of `total` steps of a phase; also before the first, when nothing is done */
  readonly progress: (phase: SamplingPhase, done: number, total: number, state: PassState) => void | Promise<void>;
}

/** All that sampling found: the end of each pass, and what was matched between them. */
export interface SamplingResult {
  /** how the first pass, without injection, ended, or as far as it was foreseen */
  readonly first: PassState;
  /** how the last pass ended: the pictures */
  readonly last: PassState;
  readonly correspondences: readonly Correspondence[];
  readonly injected: readonly InjectedToken[];
}

/**
 * The paper's sampling (§4): with shared attention, to find masks and correspondences, and once more with features
 * injected. Until injection begins the second pass would do as the first one did, draw for draw, so it starts from
 * there. What comes after that in the first pass is the paper's whole pass, or a look ahead in a few long steps.
 * @param concepts per panel: the attention rows of its concepts
 */
export async function consistentSampling(
  context: StageContext,
  concepts: readonly ConceptRows[],
  match: MatchPatches,
  { progress }: SamplingHooks,
): Promise<SamplingResult> {
  const { settings, scheduler, edges } = context;
  const steps = scheduler.timesteps.length;
  const injection = settings.featureInjection;
  const lengths = passLengths(settings, steps);
  const injects = injection !== undefined && lengths.inject > 0 && edges.length > 0;
  const sampled = injects ? lengths.sample : steps;
  const tell = (state: PassState) => progress('sample', state.step, sampled, state);
  const sampling: PassContext = { ...context, afterStep: tell };

  const start = initialState(context, concepts);
  await tell(start);
  if (!injects) {
    const last = await samplingPass(sampling, start);
    return { first: last, last, correspondences: [], injected: [] };
  }

  const [from] = injectionSteps(injection, steps);
  const before = await samplingPass(sampling, start, undefined, from);
  const foresight =
    injection.lookahead === 'pass'
      ? await wholePass(sampling, before)
      : await lookAhead(context, before, injection.lookahead, (state, done) =>
          progress('sample', from + done, sampled, state),
        );
  const first = foresight.state;
  await progress('match', 0, 1, first);
  const correspondences = await findCorrespondences(context, foresight, match);
  const injected = injectionsOf(context, first, correspondences, injection);
  await progress('match', 1, 1, first);

  await progress('inject', 0, steps - from, before);
  const afterStep = (state: PassState) => progress('inject', state.step - from, steps - from, state);
  const last = await samplingPass({ ...context, afterStep }, before, injected);
  return { first, last, correspondences, injected };
}

/** The rest of the paper's first pass, whose finished latents get DIFT's noise. */
async function wholePass(context: PassContext, before: PassState): Promise<Foresight> {
  const state = await samplingPass(context, before);
  const noised = context.panels.map((panel, i) =>
    noisedForDift(context.scheduler, panel, state.latents[i] as Float32Array),
  );
  return { state, noised };
}

function initialState(
  { unet, scheduler, panels, settings }: StageContext,
  concepts: readonly ConceptRows[],
): PassState {
  const size = unet.latentShape.reduce((a, b) => a * b, 1);
  const tokens = unet.maskGrid.height * unet.maskGrid.width;
  const { smoothing } = settings.separation ?? {};
  const apart = smoothing === undefined ? undefined : { grid: unet.maskGrid, smoothing };
  return {
    step: 0,
    foreseen: [],
    memories: panels.map(() => NO_MEMORY),
    latents: panels.map(
      ({ seed, id, revision, given, noiseOf = id }) =>
        given ??
        normalNoise(randomStream({ seed, purpose: 'latents', panel: noiseOf, revision }), size).map(
          (z) => z * scheduler.initNoiseSigma,
        ),
    ),
    masks: concepts.map((rows) => new MaskTracker(rows, tokens, settings.maskWindow, apart)),
  };
}

/** DIFT (paper §4.3): features of latents at its noise level, then nearest neighbours. */
async function findCorrespondences(
  { unet, panels, prompts, columns, edges, remembered = [], recorder }: StageContext,
  { state, noised }: Foresight,
  match: MatchPatches,
): Promise<readonly Correspondence[]> {
  const known = remembered.flatMap((record) => record.masks.map((masks, i) => ({ masks, dift: record.dift[i] })));
  const pairs = pairsToMatch(edges, (panel, concept) => {
    const behind = known[panel - panels.length];
    const mask = behind ? behind.masks[concept] : (state.masks[panel] as MaskTracker).mask(concept);
    return resizeMask(mask ?? new Uint8Array(unet.maskGrid.height * unet.maskGrid.width), unet.maskGrid, unet.diftGrid);
  });
  if (pairs.length === 0) {
    recorder?.matched(panels, state.masks, []);
    return [];
  }
  const rows = noised.map((latents, i) => ({
    latents,
    timestep: DIFT_TIMESTEP,
    text: prompts[i] as StageContext['prompts'][number],
    columns: columns[i] as readonly number[],
  }));
  const features = await unet.features(rows);
  recorder?.matched(panels, state.masks, features);
  return match([...features, ...known.map(({ dift }) => dift as Float32Array)], pairs);
}

function injectionsOf(
  { unet: { maskGrid, injectGrid, diftGrid } }: StageContext,
  first: PassState,
  correspondences: readonly Correspondence[],
  { similarity }: FeatureInjection,
): InjectedToken[] {
  const maskOf = (panel: number, concept: string) =>
    resizeMask((first.masks[panel] as MaskTracker).mask(concept), maskGrid, injectGrid);
  return chooseInjections(correspondences, maskOf, diftGrid, injectGrid, similarity);
}
