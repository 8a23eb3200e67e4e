import type { ConsistoryFeeds, ConsistoryUnet, UnetRow } from '../engine/consistory/unet-rows.ts';
import { drawStory } from '../engine/draw-story.ts';
import { loadPipeline } from '../engine/pipeline/load-pipeline.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { benchmarkStory, choiceOf, type StoryShape } from './benchmark-story.ts';

/** The kinds of U-Net runs that a story is made of. */
export type StepKind = 'plain' | 'shared' | 'blended' | 'injected';
export const STEP_KINDS: readonly StepKind[] = ['plain', 'shared', 'blended', 'injected'];

/** One run of the U-Net with all its inputs. */
export interface CapturedStep {
  readonly kind: StepKind;
  readonly rows: readonly UnetRow[];
  readonly feeds: ConsistoryFeeds;
  /** most tokens of others that a row looks at, by height of the level */
  readonly banks: Readonly<Record<number, number>>;
}

/** The last run of each kind while a story is drawn exactly: subject masks have settled by then. */
export async function captureSteps(model: ModelFolder, shape: StoryShape): Promise<CapturedStep[]> {
  const { size } = choiceOf(model);
  const pipeline = await loadPipeline(model, { providers: ['cpu'], threads: 0, compute: 'float32', size });
  try {
    const found = new Map<StepKind, CapturedStep>();
    const { unet } = pipeline;
    const recording: ConsistoryUnet = {
      ...gridsOf(unet),
      features: (rows) => unet.features(rows),
      run: (rows, feeds = {}) => {
        const banks = Object.fromEntries(
          unet.sharedLevels.map(({ height }) => [height, feeds[`bank_index_${height}`]?.shape[1] ?? 0]),
        );
        const kind = kindOf(feeds, banks);
        found.set(kind, { kind, rows, feeds, banks });
        return unet.run(rows, feeds);
      },
    };
    await drawStory({ ...pipeline, unet: recording }, benchmarkStory(model, 'exact', shape));
    await drawStory({ ...pipeline, unet: recording }, benchmarkStory(model, 'plain', { ...shape, steps: 1 }));
    return STEP_KINDS.flatMap((kind) => found.get(kind) ?? []);
  } finally {
    await pipeline.release();
  }
}

function gridsOf({ latentShape, maskGrid, sharedLevels, injectGrid, diftGrid, memoryLayers }: ConsistoryUnet) {
  return { latentShape, maskGrid, sharedLevels, injectGrid, diftGrid, memoryLayers };
}

function kindOf(feeds: ConsistoryFeeds, banks: Readonly<Record<number, number>>): StepKind {
  if (feeds.query_strength) return 'blended';
  if (Object.entries(feeds).some(([name, { data }]) => name.startsWith('inject_rows') && data.length > 0)) {
    return 'injected';
  }
  return Object.values(banks).some((tokens) => tokens > 0) ? 'shared' : 'plain';
}
