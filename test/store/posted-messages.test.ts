import { describe, expect, test } from 'vitest';
import type { MessageIntent } from '../../src/store/posted-messages.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, jobRequest, panelDraft, storyDraft } from './support/samples.ts';

const INTENT: MessageIntent = {
  purpose: 'story-grid',
  subject: 'story 1',
  scope: GUILD,
  channelId: '500',
  memberId: '42',
  storyId: null,
  jobId: null,
};

/** https://discord.com/developers/docs/resources/message#create-message */
const NONCE_MAX_CHARACTERS = 25;

describe.each(TEST_PROVIDERS)('messages to post once, on %s', (provider) => {
  test('given an intent, also ten times at once, then there is one message with one nonce and marker', async () => {
    const { store } = await freshStore(provider);
    const intents = await Promise.all(Array.from({ length: 10 }, () => store.messages.intend(INTENT)));
    expect(new Set(intents.map(({ nonce }) => nonce)).size).toBe(1);
    const [message] = intents;
    expect(message).toMatchObject({ ...INTENT, status: 'intended', messageId: null, postedAt: null });
    expect(message?.nonce.length).toBeLessThanOrEqual(NONCE_MAX_CHARACTERS);
    expect(await store.messages.findByMarker(message?.marker ?? '')).toEqual(message);
    expect(await store.messages.unsettled()).toEqual([message]);
    const other = await store.messages.intend({ ...INTENT, subject: 'story 2' });
    expect(other.nonce).not.toBe(message?.nonce);
  });

  test('given a message that was sent twice, then the first stands and the second is told to be a double', async () => {
    const { store } = await freshStore(provider);
    const { id } = await store.messages.intend(INTENT);
    expect(await store.messages.markPosted(id, '900')).toBe(true);
    expect(await store.messages.markPosted(id, '900')).toBe(true);
    expect(await store.messages.markPosted(id, '901')).toBe(false);
    expect(await store.messages.find('story-grid', 'story 1')).toMatchObject({ status: 'posted', messageId: '900' });
    expect(await store.messages.findByMessage('900')).toMatchObject({ id });
    expect(await store.messages.unsettled()).toEqual([]);
    expect(await store.messages.intend(INTENT)).toMatchObject({ id, status: 'posted' });
  });

  test('given a message deleted in Discord, then it can be posted anew under a new nonce, and only then', async () => {
    const { store } = await freshStore(provider);
    const first = await store.messages.intend(INTENT);
    await store.messages.markPosted(first.id, '900');
    expect(await store.messages.reopen(first.id, '501')).toMatchObject({ status: 'posted', messageId: '900' });
    await store.messages.markGone('900');
    const again = await store.messages.reopen(first.id, '501');
    expect(again).toMatchObject({ id: first.id, status: 'intended', messageId: null, channelId: '501' });
    expect(again?.nonce).not.toBe(first.nonce);
    expect(again?.marker).not.toBe(first.marker);
    expect(await store.messages.reopen('none', '501')).toBeUndefined();
    expect(await store.messages.findByMessage('900')).toBeUndefined();
  });

  test('given a message that is about to be behind, then a restart finds it until it shows the last state', async () => {
    const { store } = await freshStore(provider);
    const first = await store.messages.intend(INTENT);
    await store.messages.markPosted(first.id, '900', 'stale');
    expect(await store.messages.unsettled()).toMatchObject([{ id: first.id, status: 'stale', messageId: '900' }]);
    await store.messages.markShown(first.id);
    expect(await store.messages.unsettled()).toEqual([]);
    await store.messages.markStale(first.id);
    expect(await store.messages.unsettled()).toHaveLength(1);
    await store.messages.markGone('900');
    await store.messages.markStale(first.id);
    expect(await store.messages.unsettled()).toEqual([]);
  });

  test('given a message that could never be posted, then it is given up, and only then', async () => {
    const { store } = await freshStore(provider);
    const [never, posted] = [
      await store.messages.intend(INTENT),
      await store.messages.intend({ ...INTENT, subject: '2' }),
    ];
    await store.messages.markPosted(posted.id, '900');
    for (const { id } of [never, posted]) await store.messages.giveUp(id);
    expect(await store.messages.unsettled()).toEqual([]);
    expect(await store.messages.findByMarker(never.marker)).toMatchObject({ status: 'gone' });
    expect(await store.messages.findByMarker(posted.marker)).toMatchObject({ status: 'posted' });
  });

  test('given a story and a job that were stored just before a kill, then they are told to be unannounced', async () => {
    const { store } = await freshStore(provider);
    const story = await store.stories.create(storyDraft(), [panelDraft('a')]);
    const limits = { perMember: 10, perScope: 10 };
    await store.jobs.enqueue(jobRequest({ storyId: story.id }), limits);
    const { job } = await store.jobs.enqueue(jobRequest({ kind: 'cast-character' }), limits);
    expect(await store.messages.unannounced()).toEqual({ storyIds: [story.id], jobIds: [job.id] });
    await store.messages.intend({ ...INTENT, subject: story.id, storyId: story.id });
    await store.messages.intend({ ...INTENT, subject: job.id, jobId: job.id });
    expect(await store.messages.unannounced()).toEqual({ storyIds: [], jobIds: [] });
  });
});
