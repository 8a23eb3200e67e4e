import { z } from 'zod';
import type { JobHandler } from '../queue/job-handler.ts';
import type { Job } from '../store/job.ts';
import { storyIdOf } from './draw-story.ts';
import { drawTakes } from './draw-takes.ts';
import { drawingResult } from './drawing-notes.ts';
import { requestPanel } from './engine-request.ts';
import { parseRecipe } from './recipe.ts';
import type { Workshop } from './workshop.ts';

const payloadSchema = z.object({
  panelId: z.string(),
  /** as reserved when the job was enqueued */
  revision: z.int().min(0),
  parentTakeId: z.string().nullable(),
});

export type PanelPayload = z.infer<typeof payloadSchema>;

export function panelPayload(job: Job): PanelPayload {
  return payloadSchema.parse(job.payload);
}

/** Draws one panel of a story, without any other changing. */
export function drawPanel(workshop: Workshop): JobHandler['run'] {
  const { store } = workshop;
  return async (job, work) => {
    const { panelId, revision, parentTakeId } = panelPayload(job);
    // A job that was killed after its take was stored has nothing left to do.
    if (await store.takes.find(panelId, revision)) return drawingResult();
    const story = await store.stories.get(storyIdOf(job));
    const panel = await store.stories.panel(panelId);
    const recipe = parseRecipe(story.settings);
    const wanted = [{ panel, revision, parentTakeId: await stillThere(workshop, parentTakeId) }];
    const requestOf = (canons: Parameters<typeof requestPanel>[0]['canons']) =>
      requestPanel({ story, recipe, canons }, panel, revision);
    const drawn = await drawTakes(workshop, { story, recipe }, wanted, requestOf, job, work);
    await work.commit(async ({ takes }) => {
      for (const take of drawn.takes) await takes.add(take);
    });
    return drawingResult(drawn);
  };
}

/** The take may have been erased since. */
async function stillThere({ store }: Workshop, takeId: string | null): Promise<string | null> {
  if (takeId === null) return null;
  const take = await store.takes.get(takeId).catch(() => undefined);
  return take?.id ?? null;
}
