import { normalNoise, randomStream } from '../random/random-stream.ts';
import { NO_MEMORY } from '../schedulers/scheduler.ts';
import { type Correspondence, type MatchPatches, pairsToMatch } from './correspondence.ts';
import { chooseInjections, type InjectedToken } from './feature-injection.ts';
import type { ConceptRows } from './mask-tracker.ts';
import { MaskTracker } from './mask-tracker.ts';
import { type PassContext, type PassState, samplingPass } from './sampling-pass.ts';
import { injectionSteps } from './settings.ts';
import { resizeMask } from './subject-mask.ts';

/** Training timestep at which DIFT features are taken (DIFT §4; paper §4.3). */
export const DIFT_TIMESTEP = 261;

export type SamplingPhase = 'sample' | 'match' | 'inject';

export interface SamplingHooks {
  /** `done` of `total` steps of a phase; also before the first, when nothing is done */
  readonly progress: (phase: SamplingPhase, done: number, total: number, state: PassState) => void | Promise<void>;
}

/** All that sampling found: the end of each pass, and what was matched between them. */
export interface SamplingResult {
  /** how the first pass, without injection, ended */
  readonly first: PassState;
  /** how the last pass ended: the pictures */
  readonly last: PassState;
  readonly correspondences: readonly Correspondence[];
  readonly injected: readonly InjectedToken[];
}

/**
 * The paper's sampling, exact (§4): once with shared attention, to find masks and correspondences, and once more with
 * features injected. Until injection begins the second pass would do as the first one did, draw for draw, so it starts
 * from there.
 * @param concepts per panel: the attention rows of its concepts
 */
export async function consistentSampling(
  context: Omit<PassContext, 'afterStep'>,
  concepts: readonly ConceptRows[],
  match: MatchPatches,
  { progress }: SamplingHooks,
): Promise<SamplingResult> {
  const { settings, scheduler } = context;
  const steps = scheduler.timesteps.length;
  const injection = settings.featureInjection;
  const [injectFrom, injectUntil] = injection ? injectionSteps(injection, steps) : [0, 0];
  const start = initialState(context, concepts);
  let beforeInjection = start;
  const pass = async (phase: SamplingPhase, from: PassState, injected?: readonly InjectedToken[]) => {
    const tell = (state: PassState) => progress(phase, state.step - from.step, steps - from.step, state);
    await tell(from);
    const afterStep = async (state: PassState) => {
      if (state.step === injectFrom) beforeInjection = state;
      await tell(state);
    };
    return samplingPass({ ...context, afterStep }, from, injected);
  };

  const first = await pass('sample', start);
  // of one step none is left for injection: a second pass would do as the first one did
  const injects = injectFrom < injectUntil && context.edges.length > 0;
  if (!injection || !injects) return { first, last: first, correspondences: [], injected: [] };

  await progress('match', 0, 1, first);
  const correspondences = await findCorrespondences(context, first, match);
  const { maskGrid, injectGrid, diftGrid } = context.unet;
  const maskOf = (panel: number, concept: string) =>
    resizeMask((first.masks[panel] as MaskTracker).mask(concept), maskGrid, injectGrid);
  const injected = chooseInjections(correspondences, maskOf, diftGrid, injectGrid, injection.similarity);
  await progress('match', 1, 1, first);

  const last = await pass('inject', beforeInjection, injected);
  return { first, last, correspondences, injected };
}

function initialState(
  { unet, scheduler, panels, settings }: Omit<PassContext, 'afterStep'>,
  concepts: readonly ConceptRows[],
): PassState {
  const size = unet.latentShape.reduce((a, b) => a * b, 1);
  const tokens = unet.maskGrid.height * unet.maskGrid.width;
  return {
    step: 0,
    foreseen: [],
    memories: panels.map(() => NO_MEMORY),
    latents: panels.map(
      ({ seed, id, revision, given }) =>
        given ??
        normalNoise(randomStream({ seed, purpose: 'latents', panel: id, revision }), size).map(
          (z) => z * scheduler.initNoiseSigma,
        ),
    ),
    masks: concepts.map((rows) => new MaskTracker(rows, tokens, settings.maskWindow)),
  };
}

/** DIFT (paper §4.3): features of the finished latents with some noise put back, then nearest neighbours. */
async function findCorrespondences(
  { unet, scheduler, panels, prompts, columns, edges }: Omit<PassContext, 'afterStep'>,
  finished: PassState,
  match: MatchPatches,
): Promise<readonly Correspondence[]> {
  const pairs = pairsToMatch(edges, (panel, concept) =>
    resizeMask((finished.masks[panel] as MaskTracker).mask(concept), unet.maskGrid, unet.diftGrid),
  );
  if (pairs.length === 0) return [];
  const rows = panels.map(({ seed, id, revision }, i) => {
    const latents = finished.latents[i] as Float32Array;
    const noise = normalNoise(randomStream({ seed, purpose: 'dift', panel: id, revision }), latents.length);
    return {
      latents: scheduler.addNoise(latents, noise, DIFT_TIMESTEP),
      timestep: DIFT_TIMESTEP,
      text: prompts[i] as PassContext['prompts'][number],
      columns: columns[i] as readonly number[],
    };
  });
  return match(await unet.features(rows), pairs);
}
