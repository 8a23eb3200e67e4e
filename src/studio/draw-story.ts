import type { JobHandler } from '../queue/job-handler.ts';
import type { Job } from '../store/job.ts';
import { drawTakes } from './draw-takes.ts';
import { drawingResult } from './drawing-notes.ts';
import { FIRST_REVISION, requestStory } from './engine-request.ts';
import { parseRecipe } from './recipe.ts';
import type { Workshop } from './workshop.ts';

export const DRAW_STORY = 'draw-story';

/** Draws all first panels of a story together. */
export function drawStoryHandler(workshop: Workshop): JobHandler {
  const { store } = workshop;
  return {
    async run(job, work) {
      const story = await store.stories.get(storyIdOf(job));
      const recipe = parseRecipe(story.settings);
      const panels = story.panels.filter(({ number }) => number < recipe.firstPanels);
      const there = await Promise.all(panels.map(({ id }) => store.takes.find(id, FIRST_REVISION)));
      // A job that was killed after its takes were stored has only this left to do; they were stored all or none.
      if (there.every((take) => take !== undefined)) {
        await work.commit(({ stories }) => stories.update(story.id, { status: 'finished' }));
        return drawingResult();
      }
      await work.commit(({ stories }) => stories.update(story.id, { status: 'drawing' }));
      const wanted = panels.map((panel) => ({ panel, revision: FIRST_REVISION, parentTakeId: null }));
      const requestOf = (canons: Parameters<typeof requestStory>[0]['canons']) =>
        requestStory({ story, recipe, canons });
      const drawn = await drawTakes(workshop, { story, recipe }, wanted, requestOf, job, work);
      await work.commit(async ({ takes, stories }) => {
        for (const take of drawn.takes) await takes.add(take);
        await stories.update(story.id, { status: 'finished' });
      });
      return drawingResult(drawn);
    },
    async ended(job, { stories }) {
      await stories.update(storyIdOf(job), { status: job.status === 'cancelled' ? 'cancelled' : 'failed' });
    },
  };
}

export function storyIdOf({ id, storyId }: Job): string {
  if (storyId === null) throw new TypeError(`Job ${id} has no story.`);
  return storyId;
}
