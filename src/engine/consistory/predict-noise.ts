import type { Scheduler } from '../schedulers/scheduler.ts';
import { AnchorRecall, type AnchorRecord } from './anchor-record.ts';
import type { AnchorRecorder } from './anchor-recorder.ts';
import { type InjectedToken, injectionFeeds } from './feature-injection.ts';
import type { MaskTracker } from './mask-tracker.ts';
import { type Half, isGuided, type RowLayout, runLayouts } from './row-layout.ts';
import { type OwnPrompts, ownersIn, pictureParts } from './separation.ts';
import { type ConsistencySettings, injectionSteps, queryStrength } from './settings.ts';
import type { SharingEdge, StagePanel } from './stage.ts';
import type { Grid, Mask } from './subject-mask.ts';
import { keptTokens, type RowOf, rowsInRun, tokenBank } from './token-bank.ts';
import type { Conditioning, ConsistoryFeeds, ConsistoryUnet, UnetResult, UnetRow } from './unet-rows.ts';

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
  /** per panel and concept: what the panel says of that one alone; nothing for panels of a single concept */
  readonly ownPrompts?: readonly OwnPrompts[];
  /** per panel: token columns of its concepts */
  readonly columns: readonly (readonly number[])[];
  /** anchors that were drawn before; edges count their panels on behind `panels` */
  readonly remembered?: readonly AnchorRecord[];
  /** keeps those of `panels` that later stories will look at */
  readonly recorder?: AnchorRecorder | undefined;
  /** classifier-free guidance scale; by 1 or less there are no uncond rows */
  readonly guidance: number;
}

/** What the U-Net is asked at one noise level. */
export interface Question {
  /** its name among the runs of a story; a record of anchors goes by it */
  readonly run: string;
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
  injected?: readonly InjectedToken[],
): Promise<{ readonly noise: readonly Float32Array[]; readonly masks: readonly MaskTracker[] }> {
  const { unet, scheduler, settings, panels, guidance } = context;
  const { step, masks } = question;
  // where nothing is shared (nobody to share with, or no mask yet), the plain queries are the image's own
  const isShared = context.edges.length > 0 && (step > 0 || (injected?.length ?? 0) > 0);
  const strength = isShared ? queryStrength(settings.queryBlending, step, scheduler.timesteps.length) : 0;
  const layouts = runLayouts(panels.length, { guided: isGuided(guidance), twins: strength > 0 });
  const kept =
    settings.sharedAttention && context.edges.length > 0
      ? panels.map((panel) => keptTokens(panel, step, unet.sharedLevels, settings.maskDropout))
      : undefined;
  const recall = recallOf(context, question.run);
  const isInjecting = injects(context, step, injected);
  const keeping = context.recorder?.keep(question.run, context, masks, kept, isInjecting);
  const given = recall?.feeds();
  const results: UnetResult[] = [];
  for (const layout of layouts) {
    results.push(
      await unet.run(rowsOf(context, question, layout), {
        ...(kept ? sharingFeeds(context, question, layout, kept, recall) : {}),
        ...(strength > 0 ? blendingFeeds(layout, strength) : {}),
        ...(isInjecting ? injectingFeeds(context, layout, injected ?? [], recall) : {}),
        ...given,
        ...keeping?.feeds(layout),
      }),
    );
  }
  keeping?.take(
    layouts,
    results.map((result) => result.kept),
  );
  const { uncond, cond } = rowsByKind(layouts, results);
  return {
    noise: cond.map(({ noise }, i) => (uncond[i] ? guide(uncond[i].noise, noise, guidance) : noise)),
    masks: masks.map((tracker, i) => tracker.add(cond[i]?.attention as Float32Array)),
  };
}

interface RowResult {
  readonly noise: Float32Array;
  readonly attention: Float32Array;
}

/** What the runs found for each image, by half of the batch; twins have done their part. */
function rowsByKind(
  layouts: readonly RowLayout[],
  results: readonly UnetResult[],
): Readonly<Record<Half['kind'], readonly RowResult[]>> {
  const found: Record<Half['kind'], readonly RowResult[]> = { uncond: [], cond: [] };
  layouts.forEach(({ images, halves }, run) => {
    const { noise, attention } = results[run] as UnetResult;
    for (const { kind, row } of halves) {
      found[kind] = Array.from({ length: images }, (_, image) => ({
        noise: noise[row(image)] as Float32Array,
        attention: attention[row(image)] as Float32Array,
      }));
    }
  });
  return found;
}

/** Classifier-free guidance: away from what the empty prompt would draw. */
function guide(uncond: Float32Array, cond: Float32Array, scale: number): Float32Array {
  return cond.map((c, i) => (uncond[i] as number) + scale * (c - (uncond[i] as number)));
}

function rowsOf(context: StageContext, { inputs, timestep, masks }: Question, layout: RowLayout): UnetRow[] {
  const { prompts, negatives, columns, ownPrompts = [] } = context;
  const rows = layout.halves.flatMap(({ kind }) =>
    inputs.map((latents, i) => ({
      latents,
      timestep,
      text: (kind === 'uncond' ? negatives : prompts)[i] as Conditioning,
      columns: columns[i] as readonly number[],
      parts: kind === 'cond' ? pictureParts(masks[i] as MaskTracker, ownPrompts[i] ?? {}) : [],
    })),
  );
  return layout.rows > rows.length ? [...rows, ...rows] : rows; // vanilla twins see the same (paper §4.2)
}

function recallOf({ remembered = [], panels }: StageContext, run: string): AnchorRecall | undefined {
  return remembered.length > 0 ? new AnchorRecall(remembered, run, panels.length) : undefined;
}

function sharingFeeds(
  { unet, settings, panels, edges }: StageContext,
  { step, masks }: Question,
  layout: RowLayout,
  kept: readonly (readonly Mask[])[],
  recall: AnchorRecall | undefined,
): ConsistoryFeeds {
  const maskTokens = unet.maskGrid.height * unet.maskGrid.width;
  const whole = new Uint8Array(maskTokens).fill(1);
  const maskOf = (panel: number, concepts: readonly string[]) => {
    if (settings.sharedTokens === 'all' && step > 0) return whole;
    if (recall && panel >= panels.length) return recall.mask(panel, concepts, maskTokens);
    return (masks[panel] as MaskTracker).union(concepts);
  };
  const owners =
    settings.separation?.sharing && settings.sharedTokens === 'subject'
      ? ownersIn(panels, maskOf, unet.maskGrid)
      : undefined;
  return Object.fromEntries(
    unet.sharedLevels.flatMap((level, i) => {
      const tokens = level.height * level.width;
      const keptHere = [...kept.map((perLevel) => perLevel[i] as Mask), ...(recall?.kept(level.height, tokens) ?? [])];
      const rowOf = rowsBehind(
        layout,
        level,
        recall && ((half, source, token) => recall.sharedRow(level.height, half.place, source, token)),
      );
      const bank = tokenBank(edges, layout, level, unet.maskGrid, maskOf, keptHere, rowOf, owners?.shown);
      return [
        [`bank_index_${level.height}`, bank.index],
        [`bank_length_${level.height}`, bank.length],
        [`bank_owner_${level.height}`, bank.owner],
        ...(owners ? [[`bank_viewer_${level.height}`, owners.viewers(layout, level)] as const] : []),
      ];
    }),
  );
}

/** Drawn panels' tokens lie in the run, remembered ones behind all of it. */
function rowsBehind(layout: RowLayout, grid: Grid, remembered: RowOf | undefined): RowOf {
  const drawn = rowsInRun(grid);
  if (!remembered) return drawn;
  const behind = layout.rows * grid.height * grid.width;
  return (half, source, token) =>
    source < layout.images ? drawn(half, source, token) : behind + remembered(half, source, token);
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

/** Whether features are injected at a step, into any panel or none: a recorder needs to know. */
function injects({ settings, scheduler }: StageContext, step: number, injected: readonly InjectedToken[] | undefined) {
  if (!settings.featureInjection || !injected) return false;
  const [from, until] = injectionSteps(settings.featureInjection, scheduler.timesteps.length);
  return step >= from && step < until;
}

function injectingFeeds(
  { unet, settings }: StageContext,
  layout: RowLayout,
  injected: readonly InjectedToken[],
  recall: AnchorRecall | undefined,
): ConsistoryFeeds {
  if (!settings.featureInjection || injected.length === 0) return {};
  const rowOf = rowsBehind(
    layout,
    unet.injectGrid,
    recall && ((half, source, token) => recall.featureRow(half.place, source, token)),
  );
  return injectionFeeds(injected, layout, unet.injectGrid, settings.featureInjection.strength, rowOf);
}
