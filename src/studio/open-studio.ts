import type { BlobStore } from '../blobs/blob-store.ts';
import type { DrawingMemory } from '../engine/pipeline/memory-estimate.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import type { inspectStory } from '../inspection/inspect-story.ts';
import type { JobHandler } from '../queue/job-handler.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { Store } from '../store/store.ts';
import { randomSeed } from '../story/seed.ts';
import { ADD_PANEL, addPanelHandler } from './add-panel.ts';
import { CAST_CHARACTER, castCharacterHandler } from './cast-character.ts';
import { charactersDesk } from './characters-desk.ts';
import { DEFAULT_STUDIO_LIMITS, type StudioLimits } from './desk.ts';
import { DRAW_STORY, drawStoryHandler } from './draw-story.ts';
import { exportStory } from './export-story.ts';
import type { LoraShelf } from './loras.ts';
import type { ModelShelf } from './models.ts';
import { nearNamesOf } from './near-names.ts';
import { ordinaryWords } from './ordinary-words.ts';
import { panelsDesk } from './panels-desk.ts';
import { assertMayCancel } from './permissions.ts';
import { REDRAW_PANEL, redrawPanelHandler } from './redraw-panel.ts';
import { removalDesk } from './removal-desk.ts';
import { StepTimes } from './step-times.ts';
import { storiesDesk } from './stories-desk.ts';
import { renderCastingSheet, renderStoryPage } from './story-page.ts';
import { StoryInspector } from './story-warnings.ts';
import type { Studio } from './studio.ts';

export interface StudioOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly engine: Engine;
  readonly models: ModelShelf;
  readonly loras: LoraShelf;
  /** what a model and its work may take; default: whatever the engine allows */
  readonly memory?: DrawingMemory;
  readonly queue: JobQueue;
  readonly limits?: StudioLimits;
  /** sampling steps between previews; 0: none */
  readonly previewEvery?: number;
  /** for whoever asks for no seed; default: at random */
  readonly chooseSeed?: () => bigint;
  /** what looks for the method's failures; a test may want another */
  readonly inspect?: typeof inspectStory;
}

const DEFAULT_PREVIEW_EVERY = 5;

export interface OpenStudio {
  readonly studio: Studio;
  /** by kind of job; the queue has them, and takes up the work with `start` */
  readonly handlers: ReadonlyMap<string, JobHandler>;
}

export function openStudio(options: StudioOptions): OpenStudio {
  const {
    limits = DEFAULT_STUDIO_LIMITS,
    previewEvery = DEFAULT_PREVIEW_EVERY,
    chooseSeed = randomSeed,
    memory = {},
    inspect,
    ...parts
  } = options;
  const { store, queue } = parts;
  const workshop = { ...parts, times: new StepTimes(), previewEvery };
  const desk = { ...parts, limits, chooseSeed, memory };
  const inspector = new StoryInspector(parts, inspect);
  const isOrdinary = ordinaryWords();
  const studio: Studio = {
    feed: queue.feed,
    ...charactersDesk(desk),
    ...storiesDesk(desk),
    ...panelsDesk(desk),
    ...removalDesk(desk),
    async cancel(asker, jobId) {
      assertMayCancel(asker, await store.jobs.get(jobId));
      return queue.cancel(jobId);
    },
    storyPage: (storyId) => renderStoryPage(parts, storyId),
    storyWarnings: (storyId) => inspector.warnings(storyId),
    nearNames: (storyId) => nearNamesOf(store, storyId, isOrdinary),
    castingSheet: (characterId) => renderCastingSheet(parts, characterId),
    exportStory: (storyId, format) => exportStory(parts, storyId, format),
  };
  const handlers = new Map<string, JobHandler>([
    [DRAW_STORY, drawStoryHandler(workshop)],
    [REDRAW_PANEL, redrawPanelHandler(workshop)],
    [ADD_PANEL, addPanelHandler(workshop)],
    [CAST_CHARACTER, castCharacterHandler(workshop)],
  ]);
  queue.register(handlers);
  return { studio, handlers };
}
