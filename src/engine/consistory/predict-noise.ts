import type { Scheduler } from '../schedulers/scheduler.ts';
import { type InjectedToken, injectionFeeds } from './feature-injection.ts';
import type { MaskTracker } from './mask-tracker.ts';
import { isGuided, type RowLayout, rowLayout } from './row-layout.ts';
import { type ConsistencySettings, injectionSteps, queryStrength } from './settings.ts';
import type { SharingEdge, StagePanel } from './stage.ts';
import { keptTokens, tokenBank } from './token-bank.ts';
import type { Conditioning, ConsistoryFeeds, ConsistoryUnet, UnetRow } from './unet-rows.ts';

/** What stays the same over the steps of a story. */
export interface StageContext {
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
}

/** What the U-Net is asked at one noise level. */
export interface Question {
  /** whose random numbers and strengths are used */
  readonly step: number;
  readonly timestep: number;
  /** per panel, [C, H, W] in the scale that the U-Net wants */
  readonly inputs: readonly Float32Array[];
  /** per panel, as they are before */
  readonly masks: readonly MaskTracker[];
}

/** The U-Net's guided predictions, with everything shared that the settings name, and the masks with what it attended to. */
export async function predictNoise(
  context: StageContext,
  question: Question,
  injected: readonly InjectedToken[] = [],
): Promise<{ readonly noise: readonly Float32Array[]; readonly masks: readonly MaskTracker[] }> {
  const { unet, scheduler, settings, panels, guidance } = context;
  const { step, masks } = question;
  // where nothing is shared (nobody to share with, or no mask yet), the plain queries are the image's own
  const isShared = context.edges.length > 0 && (step > 0 || injected.length > 0);
  const strength = isShared ? queryStrength(settings.queryBlending, step, scheduler.timesteps.length) : 0;
  const layout = rowLayout(panels.length, { guided: isGuided(guidance), twins: strength > 0 });
  const { noise, attention } = await unet.run(rowsOf(context, question, layout), {
    ...sharingFeeds(context, question, layout),
    ...(strength > 0 ? blendingFeeds(layout, strength) : {}),
    ...injectingFeeds(context, step, layout, injected),
  });
  return {
    noise: panels.map((_, i) => {
      const cond = noise[layout.cond(i)] as Float32Array;
      return layout.uncond ? guide(noise[layout.uncond(i)] as Float32Array, cond, guidance) : cond;
    }),
    masks: masks.map((tracker, i) => tracker.add(attention[layout.cond(i)] as Float32Array)),
  };
}

/** Classifier-free guidance: away from what the empty prompt would draw. */
function guide(uncond: Float32Array, cond: Float32Array, scale: number): Float32Array {
  return cond.map((c, i) => (uncond[i] as number) + scale * (c - (uncond[i] as number)));
}

function rowsOf(context: StageContext, { inputs, timestep }: Question, layout: RowLayout): UnetRow[] {
  const { prompts, negatives, columns } = context;
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

function sharingFeeds(
  { unet, settings, panels, edges }: StageContext,
  { step, masks }: Question,
  layout: RowLayout,
): ConsistoryFeeds {
  if (!settings.sharedAttention || edges.length === 0) return {};
  const kept = panels.map((panel) => keptTokens(panel, step, unet.sharedLevels, settings.maskDropout));
  const whole = new Uint8Array(unet.maskGrid.height * unet.maskGrid.width).fill(1);
  const maskOf = (panel: number, concepts: readonly string[]) =>
    settings.sharedTokens === 'all' && step > 0 ? whole : (masks[panel] as MaskTracker).union(concepts);
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
  { unet, settings, scheduler }: StageContext,
  step: number,
  layout: RowLayout,
  injected: readonly InjectedToken[],
): ConsistoryFeeds {
  if (!settings.featureInjection || injected.length === 0) return {};
  const [from, until] = injectionSteps(settings.featureInjection, scheduler.timesteps.length);
  if (step < from || step >= until) return {};
  return injectionFeeds(injected, layout, unet.injectGrid, settings.featureInjection.strength);
}
