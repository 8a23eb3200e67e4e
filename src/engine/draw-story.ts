import { consistentSampling, type SamplingPhase } from './consistory/consistent-sampling.ts';
import type { MaskTracker } from './consistory/mask-tracker.ts';
import { isGuided } from './consistory/row-layout.ts';
import type { PassState } from './consistory/sampling-pass.ts';
import type { ConsistencySettings } from './consistory/settings.ts';
import type { StagePanel } from './consistory/stage.ts';
import type { Grid } from './consistory/subject-mask.ts';
import { attentionColumns, encodeOwnPrompts } from './panel-words.ts';
import type { Pipeline } from './pipeline/load-pipeline.ts';
import type { EncodedPrompt } from './pipeline/text-encoding.ts';
import type { RasterImage } from './raster-image.ts';
import type { SamplerName } from './schedulers/sampler-names.ts';
import { type AnchorMemory, inOrder, keepAnchors, setStage } from './story-stage.ts';
import { type StoryTrace, traceOf } from './story-trace.ts';

/** Somebody or something that has to look the same wherever it is. */
export interface Concept {
  readonly name: string;
  /** the words in the prompts that stand for it, such as "fox" */
  readonly words: string;
  /** as the prompts describe it, such as "a red fox": tells its words from those of another fox in the same panel */
  readonly looks?: string;
}

export interface PanelRequest extends StagePanel {
  /** all that the model is told */
  readonly prompt: string;
  readonly negativePrompt: string;
  /** a picture of the model's size that takes the panel's place: it isn't drawn, but others look at it */
  readonly picture?: RasterImage;
}

/** All that decides what the pictures look like, but for the model. */
export interface StoryRequest {
  readonly panels: readonly PanelRequest[];
  readonly concepts: readonly Concept[];
  readonly settings: ConsistencySettings;
  readonly steps: number;
  /** classifier-free guidance scale; by 1 or less the negative prompts are not looked at, for half of the work */
  readonly guidance: number;
  /** in place of the model's own sampler */
  readonly sampler?: SamplerName;
}

export type Phase = 'encode' | SamplingPhase | 'decode';

/** `done` of `total` of a phase; the total of a phase stays the same. */
export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

export interface DrawnPanel {
  readonly id: number;
  readonly image: RasterImage;
  /** finished latents, [C, H, W] */
  readonly latents: Float32Array;
  /** by concept, over the mask grid: 1 where it is */
  readonly masks: Readonly<Record<string, Uint8Array>>;
  /** words at the end of the prompt that the model did not see */
  readonly truncatedWords: readonly string[];
}

export interface DrawnStory {
  readonly panels: readonly DrawnPanel[];
  /** [C, H, W] of the panels' latents */
  readonly latentShape: readonly [channels: number, height: number, width: number];
  /** of the panels' masks */
  readonly maskGrid: Grid;
  /** milliseconds per phase */
  readonly timings: Readonly<Partial<Record<Phase, number>>>;
  /** only if asked for */
  readonly trace?: StoryTrace;
}

export interface DrawHooks {
  readonly signal?: AbortSignal;
  /** the next step waits for it */
  readonly progress?: (progress: Progress) => void | Promise<void>;
  /** Gets the panels as they are foreseen, every `previewEvery` sampling steps. */
  readonly preview?: (images: readonly RasterImage[]) => void | Promise<void>;
  readonly previewEvery?: number;
  /** Keep what the algorithm saw and decided on the way; everything is drawn then, remembered or not. */
  readonly trace?: boolean;
  /** anchors drawn before, which need not be drawn again, and where those of this story are kept */
  readonly memory?: AnchorMemory;
}

/**
 * Draws the panels of a story together.
 * @throws the signal's reason when aborted, within one sampling step
 * @throws UserError `subject-not-in-prompt`, `subject-truncated` for a concept that a panel's prompt lacks
 */
export async function drawStory(pipeline: Pipeline, request: StoryRequest, hooks: DrawHooks = {}): Promise<DrawnStory> {
  const { concepts, settings, guidance } = request;
  const clock = phaseClock();
  const report = async (progress: Progress) => {
    clock.enter(progress.phase);
    hooks.signal?.throwIfAborted();
    await hooks.progress?.(progress);
    hooks.signal?.throwIfAborted();
  };
  const decodeAll = async (latents: readonly Float32Array[], as: 'decode' | 'preview' = 'decode') => {
    const images: RasterImage[] = [];
    for (const image of latents) images.push(await pipeline[as](image));
    return images;
  };
  const stage = setStage(request, hooks.trace ? undefined : hooks.memory);
  const showPreview = async (state: PassState) => {
    if (!hooks.preview || !hooks.previewEvery || state.step % hooks.previewEvery !== 0) return;
    const images = await decodeAll(state.foreseen, 'preview');
    await hooks.preview(inOrder(stage, images, ({ image }) => image));
  };

  await report({ phase: 'encode', done: 0, total: 1 });
  const panels = await withGivenLatents(pipeline, stage.panels);
  const prompts = await pipeline.encode(panels.map((panel) => panel.prompt));
  const negatives = isGuided(guidance) ? await encodeNegatives(pipeline, panels) : [];
  const columns = panels.map((panel, i) => attentionColumns(prompts[i] as EncodedPrompt, panel, concepts));
  const ownPrompts = settings.separation?.prompts
    ? await encodeOwnPrompts(pipeline.encode, panels, prompts, concepts)
    : [];
  await report({ phase: 'encode', done: 1, total: 1 });

  const sampling = await consistentSampling(
    {
      unet: pipeline.unet,
      scheduler: pipeline.scheduler(request.steps, request.sampler),
      settings,
      panels,
      edges: stage.edges,
      remembered: stage.remembered.map(({ record }) => record),
      recorder: stage.recorder,
      prompts,
      negatives,
      ownPrompts,
      columns: columns.map((c) => c.columns),
      guidance,
    },
    columns.map((c) => c.rows),
    pipeline.match,
    {
      progress: async (phase, done, total, state) => {
        await report({ phase, done, total });
        if (phase !== 'match' && done > 0) await showPreview(state);
      },
    },
  );

  const drawn: DrawnPanel[] = [];
  for (const [i, panel] of panels.entries()) {
    await report({ phase: 'decode', done: i, total: panels.length });
    const latents = sampling.last.latents[i] as Float32Array;
    const tracker = sampling.last.masks[i] as MaskTracker;
    drawn.push({
      id: panel.id,
      image: await pipeline.decode(latents),
      latents,
      masks: tracker.masks(panel.concepts),
      truncatedWords: prompts[i]?.tokens.truncatedWords ?? [],
    });
  }
  await report({ phase: 'decode', done: panels.length, total: panels.length });
  if (hooks.memory) keepAnchors(hooks.memory.cache, stage, panels, drawn);
  const trace = hooks.trace
    ? traceOf(pipeline.unet, panels, sampling, await decodeAll(sampling.first.latents))
    : undefined;
  const { latentShape, maskGrid } = pipeline.unet;
  const grid = { height: maskGrid.height, width: maskGrid.width };
  const all = inOrder(stage, drawn, (panel) => panel);
  return { panels: all, latentShape, maskGrid: grid, timings: clock.stop(), trace };
}

async function withGivenLatents(pipeline: Pipeline, panels: readonly PanelRequest[]): Promise<PanelRequest[]> {
  return Promise.all(
    panels.map(async (panel) =>
      panel.picture ? { ...panel, given: await pipeline.encodeImage(panel.picture) } : panel,
    ),
  );
}

async function encodeNegatives(pipeline: Pipeline, panels: readonly PanelRequest[]): Promise<EncodedPrompt[]> {
  const different = [...new Set(panels.map((panel) => panel.negativePrompt))];
  const encoded = await pipeline.encodeNegatives(different);
  return panels.map((panel) => encoded[different.indexOf(panel.negativePrompt)] as EncodedPrompt);
}

/** Adds up the time spent in each phase. */
function phaseClock() {
  const spent: Partial<Record<Phase, number>> = {};
  let current: Phase | undefined;
  let since = performance.now();
  const leave = () => {
    const now = performance.now();
    if (current) spent[current] = (spent[current] ?? 0) + now - since;
    since = now;
  };
  return {
    enter(phase: Phase) {
      if (phase === current) return;
      leave();
      current = phase;
    },
    stop() {
      leave();
      return spent;
    },
  };
}
