import { normalNoise, randomStream } from '../random/random-stream.ts';
import { NO_MEMORY, type SamplerMemory, type Scheduler, type SchedulerStep } from '../schedulers/scheduler.ts';
import { type InjectedToken, injectionFeeds } from './feature-injection.ts';
import type { MaskTracker } from './mask-tracker.ts';
import { isGuided, type RowLayout, rowLayout } from './row-layout.ts';
import { type ConsistencySettings, injectionSteps, queryStrength } from './settings.ts';
import type { SharingEdge, StagePanel } from './stage.ts';
import { keptTokens, tokenBank } from './token-bank.ts';
import type { Conditioning, ConsistoryFeeds, ConsistoryUnet, UnetRow } from './unet-rows.ts';

/** Where sampling stands between two steps. Nothing in it is ever changed, so a pass can start from another's middle. */
export interface PassState {
  /** steps done */
  readonly step: number;
  /** per panel, [C, H, W] */
  readonly latents: readonly Float32Array[];
  /** the finished latents as they were foreseen at the last step; empty before the first */
  readonly foreseen: readonly Float32Array[];
  /** per panel: what the sampler keeps of earlier steps */
  readonly memories: readonly SamplerMemory[];
  /** per panel */
  readonly masks: readonly MaskTracker[];
}

/** What stays the same over the steps of a story. */
export interface PassContext {
  readonly unet: ConsistoryUnet;
  readonly scheduler: Scheduler;
  readonly settings: ConsistencySettings;
  readonly panels: readonly StagePanel[];
  readonly edges: readonly SharingEdge[];
  /** per panel */
  readonly prompts: readonly Conditioning[];
  /** per panel: what guidance leads away from; not looked at without guidance */
  readonly negatives: readonly Conditioning[];
  /** per panel: token columns of its concepts */
  readonly columns: readonly (readonly number[])[];
  /** classifier-free guidance scale; by 1 or less there are no uncond rows */
  readonly guidance: number;
  /** Called after each step; the next one waits for it. Throwing ends the pass. */
  readonly afterStep: (state: PassState) => void | Promise<void>;
}

/**
 * Denoises all panels of a story together from `start` to the end.
 * @param injected tokens that take features from others in the steps that the settings name (second pass)
 */
export async function samplingPass(
  context: PassContext,
  start: PassState,
  injected: readonly InjectedToken[] = [],
): Promise<PassState> {
  let state = start;
  while (state.step < context.scheduler.timesteps.length) {
    state = await samplingStep(context, state, injected);
    await context.afterStep(state);
  }
  return state;
}

async function samplingStep(
  context: PassContext,
  state: PassState,
  injected: readonly InjectedToken[],
): Promise<PassState> {
  const { unet, scheduler, settings, panels, guidance } = context;
  const { step } = state;
  // where nothing is shared (nobody to share with, or no mask yet), the plain queries are the image's own
  const isShared = context.edges.length > 0 && (step > 0 || injected.length > 0);
  const strength = isShared ? queryStrength(settings.queryBlending, step, scheduler.timesteps.length) : 0;
  const layout = rowLayout(panels.length, { guided: isGuided(guidance), twins: strength > 0 });
  const rows = rowsOf(context, state, layout);
  const { noise, attention } = await unet.run(rows, {
    ...sharingFeeds(context, state, layout),
    ...(strength > 0 ? blendingFeeds(layout, strength) : {}),
    ...injectingFeeds(context, step, layout, injected),
  });
  const predicted = (i: number) => {
    const cond = noise[layout.cond(i)] as Float32Array;
    return layout.uncond ? guide(noise[layout.uncond(i)] as Float32Array, cond, guidance) : cond;
  };
  const steps = panels.map((panel, i): SchedulerStep => {
    const { given } = panel;
    if (given) return { sample: given, predictedOriginal: given, memory: NO_MEMORY };
    return scheduler.step(predicted(i), step, state.latents[i] as Float32Array, {
      memory: state.memories[i] as SamplerMemory,
      noise: () => stepNoise('sampler', panel, step, state.latents[i] as Float32Array),
    });
  });
  return {
    step: step + 1,
    latents: steps.map((s) => s.sample),
    foreseen: steps.map((s) => s.predictedOriginal),
    memories: steps.map((s) => s.memory),
    masks: state.masks.map((tracker, i) => tracker.add(attention[layout.cond(i)] as Float32Array)),
  };
}

/**
 * Noise of a panel at one step, from the panel's own stream: both passes of a story, and every later redraw, get the
 * same.
 */
function stepNoise(
  purpose: 'sampler' | 'inversion',
  { seed, id, revision }: StagePanel,
  step: number,
  like: Float32Array,
): Float32Array {
  return normalNoise(randomStream({ seed, purpose, panel: id, revision, step }), like.length);
}

/** Classifier-free guidance: away from what the empty prompt would draw. */
function guide(uncond: Float32Array, cond: Float32Array, scale: number): Float32Array {
  return cond.map((c, i) => (uncond[i] as number) + scale * (c - (uncond[i] as number)));
}

function rowsOf(context: PassContext, state: PassState, layout: RowLayout): UnetRow[] {
  const { scheduler, panels, prompts, negatives, columns } = context;
  const timestep = scheduler.timesteps[state.step] as number;
  const inputs = state.latents.map((latents, i) => {
    const panel = panels[i] as StagePanel;
    return panel.given ? givenInput(context, panel, state.step) : scheduler.scaleModelInput(latents, state.step);
  });
  const half = (texts: readonly Conditioning[]) =>
    inputs.map((latents, i) => ({
      latents,
      timestep,
      text: texts[i] as Conditioning,
      columns: columns[i] as readonly number[],
    }));
  const rows = layout.uncond ? [...half(negatives), ...half(prompts)] : half(prompts);
  return layout.rows > rows.length ? [...rows, ...rows] : rows; // vanilla twins see the same (paper §4.2)
}

/**
 * What the U-Net sees of a given picture at a step (paper §4.5, personalisation): its latents with noise of that step,
 * drawn anew each time. These are the latents that edit-friendly DDPM inversion finds for a picture (Huberman-Spiegelglas
 * et al., arXiv 2304.06140, eq. 6); replayed without a change of prompt, they are all that it needs.
 */
function givenInput({ scheduler }: PassContext, panel: StagePanel, step: number): Float32Array {
  const given = panel.given as Float32Array;
  const noise = stepNoise('inversion', panel, step, given);
  return scheduler.addNoise(given, noise, Math.round(scheduler.timesteps[step] as number));
}

function sharingFeeds(
  { unet, settings, panels, edges }: PassContext,
  state: PassState,
  layout: RowLayout,
): ConsistoryFeeds {
  if (!settings.sharedAttention || edges.length === 0) return {};
  const kept = panels.map((panel) => keptTokens(panel, state.step, unet.sharedLevels, settings.maskDropout));
  const maskOf = (panel: number, concepts: readonly string[]) => (state.masks[panel] as MaskTracker).union(concepts);
  return Object.fromEntries(
    unet.sharedLevels.flatMap((level, i) => {
      const keptHere = kept.map((perLevel) => perLevel[i] as Uint8Array);
      const bank = tokenBank(edges, layout, level, unet.maskGrid, maskOf, keptHere);
      return [
        [`bank_index_${level.height}`, bank.index],
        [`bank_length_${level.height}`, bank.length],
      ];
    }),
  );
}

function blendingFeeds(layout: RowLayout, strength: number): ConsistoryFeeds {
  const rows = Array.from({ length: layout.rows }, (_, row) => row);
  const sources = rows.map((row) => layout.querySource(row));
  return {
    query_source: { type: 'int64', shape: [layout.rows], data: BigInt64Array.from(sources, BigInt) },
    query_strength: {
      type: 'float32',
      shape: [layout.rows],
      data: Float32Array.from(rows, (row) => (sources[row] === row ? 0 : strength)),
    },
  };
}

function injectingFeeds(
  { unet, settings, scheduler }: PassContext,
  step: number,
  layout: RowLayout,
  injected: readonly InjectedToken[],
): ConsistoryFeeds {
  if (!settings.featureInjection || injected.length === 0) return {};
  const [from, until] = injectionSteps(settings.featureInjection, scheduler.timesteps.length);
  if (step < from || step >= until) return {};
  return injectionFeeds(injected, layout, unet.injectGrid, settings.featureInjection.strength);
}
