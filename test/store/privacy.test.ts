import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import type { Store } from '../../src/store/store.ts';
import { freshStore, TEST_PROVIDERS, type TestProvider } from './support/fresh-database.ts';
import { GUILD, hashOf, jobRequest, panelDraft, RUSTY, storyDraft, takeDraft } from './support/samples.ts';

/** Unlike any other number in the database. */
const ME = '918273645546372819';
const FRIEND = '43';
const LIMITS = { runningPerMember: 10, runningPerScope: 10, impatientAfterMs: 1000 };

async function lifeOf(store: Store, me: string) {
  const rusty = await store.characters.create(GUILD, me, RUSTY);
  const round = await store.castings.reserveRound(rusty.id);
  const sheet = await store.castings.addSheet(rusty.id, round, [
    { seed: '1', prompt: 'p', pictureHash: hashOf(100), canonBlobHash: hashOf(101), modelHash: hashOf(0) },
  ]);
  const canon = await store.castings.pick(sheet[0]?.id ?? '');
  const direct = { kind: 'direct', memberId: me } as const;
  await store.characters.create(direct, me, RUSTY);
  await store.settings.update(direct, { style: 'ink' });

  const mine = await store.stories.create(storyDraft({ authorId: me }), [panelDraft('a', [rusty.id])]);
  const theirs = await store.stories.create(storyDraft({ authorId: FRIEND }), [
    panelDraft('b', [rusty.id]),
    panelDraft('c'),
  ]);
  const [myPanel] = mine.panels;
  const [theirPanel, theirEmptyPanel] = theirs.panels;
  if (!myPanel || !theirPanel || !theirEmptyPanel) throw new Error('A story has too few panels.');
  await store.takes.add(takeDraft(myPanel.id, 0, { createdById: me, pictureHash: hashOf(200), canonIds: [canon.id] }));
  await store.takes.add(takeDraft(myPanel.id, 1, { createdById: FRIEND, pictureHash: hashOf(201) }));
  const kept = await store.takes.add(
    takeDraft(theirPanel.id, 0, { createdById: FRIEND, pictureHash: hashOf(300), canonIds: [canon.id] }),
  );
  const gone = await store.takes.add(
    takeDraft(theirPanel.id, 1, { createdById: me, pictureHash: hashOf(301), parentTakeId: kept.id }),
  );
  // The same picture as one that stays.
  await store.takes.add(takeDraft(theirEmptyPanel.id, 0, { createdById: me, pictureHash: hashOf(300) }));
  await store.votes.add(kept.id, me, '❤️');
  await store.votes.add(gone.id, FRIEND, '❤️');

  const message = { scope: GUILD, channelId: '500', jobId: null };
  const posted = await store.messages.intend({
    ...message,
    purpose: 'grid',
    subject: mine.id,
    memberId: me,
    storyId: mine.id,
  });
  await store.messages.markPosted(posted.id, '900');
  const theirPost = await store.messages.intend({
    ...message,
    purpose: 'grid',
    subject: theirs.id,
    memberId: FRIEND,
    storyId: theirs.id,
  });
  await store.messages.markPosted(theirPost.id, '901');
  await store.messages.intend({ ...message, purpose: 'x', subject: 'never posted', memberId: me, storyId: null });

  const { job } = await store.jobs.enqueue(jobRequest({ memberId: me, storyId: mine.id }), {
    perMember: 9,
    perScope: 9,
  });
  const claimed = await store.leases.claimNext('worker', 1000, LIMITS);
  await store.jobs.enqueue(jobRequest({ memberId: FRIEND, storyId: mine.id }), { perMember: 9, perScope: 9 });
  const { job: careless } = await store.jobs.enqueue(
    jobRequest({ memberId: FRIEND, payload: { votes: [{ by: me }], [`of ${me}`]: 1 } }),
    { perMember: 9, perScope: 9 },
  );
  return { rusty, mine, theirs, theirPanel, theirEmptyPanel, kept, job, lease: claimed?.lease, careless };
}

/** Where in the tables a text stands, as table.column. */
async function search(provider: TestProvider, databaseUrl: string, text: string): Promise<string[]> {
  const { client, close } = await connectDatabase(databaseUrl);
  const tables = await client.$queryRawUnsafe<{ name: string }[]>(
    provider === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type = 'table'`
      : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await client.$queryRawUnsafe<Record<string, unknown>[]>(`SELECT * FROM "${name}"`);
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
        if (shown.includes(text)) found.push(`${name}.${column}`);
      }
    }
  }
  await close();
  return [...new Set(found)].sort();
}

describe.each(TEST_PROVIDERS)('privacy on %s', (provider) => {
  test('given a member with a life here, then erasing leaves no trace and what others made stays', async () => {
    const { store, databaseUrl } = await freshStore(provider);
    const life = await lifeOf(store, ME);
    // The search finds what there is to find: otherwise finding nothing afterwards would say nothing.
    expect(await search(provider, databaseUrl, ME)).toEqual([
      'Character.ownerId',
      'Character.scopeId',
      'Job.memberId',
      'Job.payload',
      'Member.id',
      'PostedMessage.memberId',
      'Scope.id',
      'Story.authorId',
      'Take.createdById',
      'Vote.memberId',
    ]);

    const erasure = await store.privacy.erase(ME);
    expect(erasure).toMatchObject({ characters: 2, stories: 1, takes: 4, jobs: 2 });
    expect(erasure.messages).toEqual([{ channelId: '500', messageId: '900' }]);
    const noted = await store.deletions.list();
    expect(noted.map(({ channelId, messageId }) => ({ channelId, messageId }))).toEqual(erasure.messages);
    await store.deletions.done('900');
    expect(await store.deletions.list()).toEqual([]);
    expect([...erasure.blobHashes].sort()).toEqual([100, 101, 200, 201, 301].map(hashOf).sort());
    expect(await search(provider, databaseUrl, ME)).toEqual([]);
    expect(await store.checkIntegrity()).toEqual([]);

    expect(await store.takes.shownOf(life.theirs.id)).toEqual([{ ...life.kept, canonIds: [] }]);
    expect((await store.stories.get(life.theirs.id)).panels.map(({ characterIds }) => characterIds)).toEqual([[], []]);
    await expect(store.stories.get(life.mine.id)).rejects.toMatchObject({ code: 'story-not-found' });
    if (!life.lease) throw new Error('The job was not claimed.');
    expect(await store.leases.heartbeat(life.lease, 1000)).toBe('lost');
    expect((await store.jobs.get(life.careless.id)).payload).toEqual({ votes: [{ by: 'erased' }], 'of erased': 1 });
    expect(await store.blobReferences()).toEqual(new Set([hashOf(300)]));
  });

  test('given a member that is unknown, then there is nothing to erase or to export', async () => {
    const { store } = await freshStore(provider);
    await lifeOf(store, '41');
    expect(await store.privacy.erase(ME)).toEqual({
      messages: [],
      blobHashes: [],
      unlessPutSince: expect.any(Date),
      characters: 0,
      stories: 0,
      takes: 0,
      jobs: 0,
    });
    expect(await store.privacy.export(ME)).toMatchObject({ characters: [], stories: [], jobs: [], votes: [] });
  });

  test('given a member with a life here, then the export holds all of it as plain data', async () => {
    const { store } = await freshStore(provider);
    const { mine, rusty } = await lifeOf(store, ME);
    const data = await store.privacy.export(ME);
    expect(data.characters.map(({ name }) => name)).toEqual(['Rusty', 'Rusty']);
    expect(data.characters.find(({ id }) => id === rusty.id)).toMatchObject({
      canons: [{ blobHash: hashOf(101) }],
      candidates: [{}],
    });
    expect(data.stories.map(({ id, panels }) => [id, panels[0]?.takes.length])).toEqual([[mine.id, 2]]);
    expect(data.takesInStoriesOfOthers).toHaveLength(2);
    expect(data).toMatchObject({
      votes: [{}],
      jobs: [{ events: [{}, {}] }],
      settingsOfDirectMessages: { style: 'ink' },
    });
    expect(data.messages).toHaveLength(2);
    expect(JSON.parse(JSON.stringify(data))).toMatchObject({ memberId: ME });
  });
});

test('given an erased member, then the bytes of the SQLite files no longer hold the id', async () => {
  const { store, databaseUrl } = await freshStore('sqlite');
  await lifeOf(store, ME);
  const folder = dirname(databaseUrl.slice('file:'.length));
  const holding = async () => {
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    return files.some((bytes) => bytes.includes(ME));
  };
  expect(await holding()).toBe(true);
  await store.privacy.erase(ME);
  expect(await holding()).toBe(false);
});
