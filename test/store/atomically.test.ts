import { describe, expect, test } from 'vitest';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { jobRequest, panelDraft, storyDraft } from './support/samples.ts';

const ANY_NUMBER = { perMember: 1000, perScope: 1000 };

describe.each(TEST_PROVIDERS)('several things at once on %s', (provider) => {
  test('given a story and its job, then both are there', async () => {
    const { store } = await freshStore(provider);
    const { story, job } = await store.atomically(async ({ stories, jobs }) => {
      const story = await stories.create(storyDraft(), [panelDraft('a')]);
      const { job } = await jobs.enqueue(jobRequest({ storyId: story.id }), ANY_NUMBER);
      return { story, job };
    });
    expect((await store.stories.get(story.id)).panels).toHaveLength(1);
    expect((await store.jobs.get(job.id)).storyId).toBe(story.id);
  });

  test('given that the last of them is refused, then there is nothing of the first', async () => {
    const { store } = await freshStore(provider);
    const refused = store.atomically(async ({ stories, jobs }) => {
      await stories.create(storyDraft(), [panelDraft('a')]);
      await jobs.enqueue(jobRequest(), { perMember: 0, perScope: 0 });
    });
    await expect(refused).rejects.toMatchObject({ code: 'queue-full-member' });
    expect(await store.stories.list({})).toEqual([]);
  });

  test('given stories in several states, then those of the wanted states are listed', async () => {
    const { store } = await freshStore(provider);
    const [first, second] = [
      await store.stories.create(storyDraft(), []),
      await store.stories.create(storyDraft(), []),
    ];
    await store.stories.update(first.id, { status: 'finished' });
    expect((await store.stories.list({ status: ['queued', 'drawing'] })).map(({ id }) => id)).toEqual([second.id]);
  });
});
