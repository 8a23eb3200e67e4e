import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, hashOf, jobRequest, OTHER_GUILD, panelDraft, RUSTY, storyDraft, takeDraft } from './support/samples.ts';

const WAITING = { perMember: 99, perScope: 99 };
const LIMITS = { runningPerMember: 10, runningPerScope: 10, impatientAfterMs: 1000 };

async function castRusty(store: Store) {
  const rusty = await store.characters.create(GUILD, '42', RUSTY);
  const round = await store.castings.reserveRound(rusty.id);
  const candidate = { seed: '1', prompt: 'p', pictureHash: hashOf(100), canonBlobHash: hashOf(101), modelHash: 'm' };
  const sheet = await store.castings.addSheet(rusty.id, round, [candidate]);
  const canon = await store.castings.pick(sheet[0]?.id ?? '');
  return { rusty, canon };
}

/** A story of one panel with two takes, of which the second is shown, and a message. */
async function tell(store: Store, first: number, characterIds: readonly string[] = [], canonIds: string[] = []) {
  const story = await store.stories.create(storyDraft(), [panelDraft('a', characterIds)]);
  const panelId = story.panels[0]?.id ?? '';
  const old = await store.takes.add(takeDraft(panelId, 0, { pictureHash: hashOf(first), canonIds }));
  const change = { pictureHash: hashOf(first + 1), latentsHash: hashOf(first + 2), parentTakeId: old.id };
  const take = await store.takes.add(takeDraft(panelId, 1, change));
  await store.votes.add(take.id, '43', '❤️');
  await post(store, story.id, story.id, null, `9${first}`);
  return story;
}

async function post(store: Store, subject: string, storyId: string | null, jobId: string | null, messageId: string) {
  const about = { purpose: 'x', subject, storyId, jobId, scope: GUILD, channelId: '500', memberId: '42' };
  await store.messages.markPosted((await store.messages.intend(about)).id, messageId);
}

describe.each(TEST_PROVIDERS)('removals on %s', (provider) => {
  test('given a story, then its rows go with its work and messages, and nothing of other stories or characters', async () => {
    const { store, clock } = await freshStore(provider);
    const { rusty, canon } = await castRusty(store);
    const gone = await tell(store, 200, [rusty.id], [canon.id]);
    const kept = await tell(store, 300, [rusty.id], [canon.id]);
    // A picture that a kept story shows too.
    const shared = takeDraft(gone.panels[0]?.id ?? '', 2, { pictureHash: hashOf(300) });
    await store.takes.add(shared);
    await store.jobs.enqueue(jobRequest({ storyId: gone.id }), WAITING);
    const claimed = await store.leases.claimNext('worker', 1000, LIMITS);
    await store.jobs.enqueue(jobRequest({ memberId: '43', storyId: gone.id }), WAITING);

    const { messages, blobHashes, unlessPutSince } = await store.removals.story(gone.id);
    expect(messages).toEqual([{ channelId: '500', messageId: '9200' }]);
    expect(await store.deletions.list()).toMatchObject(messages);
    expect(blobHashes.toSorted()).toEqual([200, 201, 202].map(hashOf));
    expect(unlessPutSince.getTime()).toBe(clock.now());
    await expect(store.stories.get(gone.id)).rejects.toMatchObject({ code: 'story-not-found' });
    await expect(store.removals.story(gone.id)).rejects.toMatchObject({ code: 'story-not-found' });
    expect(await store.jobs.list({})).toEqual([]);
    if (!claimed) throw new Error('The job was not claimed.');
    expect(await store.leases.heartbeat(claimed.lease, 1000)).toBe('lost');
    expect(await store.leases.complete(claimed.lease, {})).toBe(false);
    expect(await store.stories.list({})).toMatchObject([{ id: kept.id }]);
    expect(await store.messages.find('x', gone.id)).toBeUndefined();
    expect(await store.messages.find('x', kept.id)).toMatchObject({ messageId: '9300' });
    expect((await store.characters.get(rusty.id)).currentCanonId).toBe(canon.id);
    expect(await store.blobReferences()).toEqual(new Set([100, 101, 300, 301, 302].map(hashOf)));
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given something else that is being drawn, then what it may have put since it began is not to be deleted', async () => {
    const { store, clock } = await freshStore(provider);
    const gone = await tell(store, 200);
    const began = clock.now();
    await store.jobs.enqueue(jobRequest(), WAITING);
    await store.leases.claimNext('worker', 60_000, LIMITS);
    clock.advance(5_000);
    expect((await store.removals.story(gone.id)).unlessPutSince.getTime()).toBe(began);
  });

  test('given a character in no story, then it goes with canons, sheets, castings and their messages', async () => {
    const { store } = await freshStore(provider);
    const { rusty } = await castRusty(store);
    const bruno = await store.characters.create(GUILD, '42', { ...RUSTY, name: 'Bruno' });
    const casting = (characterId: string) =>
      jobRequest({ kind: 'cast-character', payload: { characterId, pictureHash: hashOf(102) } });
    const { job: own } = await store.jobs.enqueue(casting(rusty.id), WAITING);
    const { job: others } = await store.jobs.enqueue(casting(bruno.id), WAITING);
    await store.jobs.cancel(others.id);
    await post(store, own.id, null, own.id, '901');
    await post(store, others.id, null, others.id, '902');

    const { messages, blobHashes } = await store.removals.character(rusty.id);
    expect(messages).toEqual([{ channelId: '500', messageId: '901' }]);
    expect(blobHashes.toSorted()).toEqual([100, 101, 102].map(hashOf));
    expect((await store.characters.list(GUILD, { retired: true })).map(({ name }) => name)).toEqual(['Bruno']);
    expect((await store.jobs.list({})).map(({ id }) => id)).toEqual([others.id]);
    expect(await store.messages.find('x', own.id)).toBeUndefined();
    await expect(store.removals.character(rusty.id)).rejects.toMatchObject({ code: 'character-not-found' });
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given a character that a story needs, then nothing goes before that story does', async () => {
    const { store } = await freshStore(provider);
    const { rusty, canon } = await castRusty(store);
    const shown = await tell(store, 200, [rusty.id], [canon.id]);
    // Named by the recipe alone: the panel that it came with was cancelled.
    const settings = { cast: [{ characterId: rusty.id, canonId: canon.id }] };
    const named = await store.stories.create(storyDraft({ settings }), [panelDraft('b')]);
    await store.stories.create(storyDraft({ scope: OTHER_GUILD }), [panelDraft('c')]);
    expect((await store.removals.storiesDrawnBy(rusty.id)).toSorted()).toEqual([shown.id, named.id].toSorted());
    const inStories = { code: 'character-in-stories', context: { name: 'Rusty', count: 2 } };
    await expect(store.removals.character(rusty.id)).rejects.toMatchObject(inStories);
    expect(await store.castings.canons(rusty.id)).toEqual([canon]);
    await store.removals.story(shown.id);
    await store.removals.story(named.id);
    await store.removals.character(rusty.id);
    expect(await store.blobReferences()).toEqual(new Set());
  });
});
