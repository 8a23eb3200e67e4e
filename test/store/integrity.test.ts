import { describe, expect, test } from 'vitest';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, hashOf, jobRequest, panelDraft, RUSTY, storyDraft, takeDraft } from './support/samples.ts';

/** Each breaks one rule that the repositories keep. */
const DAMAGE: readonly (readonly [problem: string, sql: string])[] = [
  [
    'a panel shows a take of another panel',
    `UPDATE "Panel" SET "currentTakeId" = (SELECT "id" FROM "Take" WHERE "panelId" <> "Panel"."id") WHERE "position" = 1`,
  ],
  ['a panel has takes but shows none', `UPDATE "Panel" SET "currentTakeId" = NULL`],
  ['a panel would give a revision twice', `UPDATE "Panel" SET "nextRevision" = 0`],
  ['a story would give a panel number twice', `UPDATE "Story" SET "nextPanelNumber" = 1`],
  [
    "a character's canon is another's",
    `UPDATE "Character" SET "currentCanonId" = (SELECT "id" FROM "Canon" WHERE "characterId" <> "Character"."id") WHERE "name" = 'Bella'`,
  ],
  ['a retired character holds its name, or an active one does not', `UPDATE "Character" SET "heldName" = NULL`],
  ['a job runs without a lease, or has one without running', `UPDATE "Job" SET "status" = 'running'`],
  ['a job ended without a time, or has one without having ended', `UPDATE "Job" SET "status" = 'finished'`],
  ["a job's last event does not tell its end", `UPDATE "Job" SET "status" = 'finished', "finishedAt" = "createdAt"`],
  ['a posted message has no id', `UPDATE "PostedMessage" SET "status" = 'posted'`],
];

describe.each(TEST_PROVIDERS)('integrity on %s', (provider) => {
  test.each(DAMAGE)('given damage so that %s, then the check says so', async (problem, sql) => {
    const { store, databaseUrl } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    await store.characters.create(GUILD, '42', { ...RUSTY, name: 'Bella' });
    const { panels } = await store.stories.create(storyDraft(), [panelDraft('a', [id]), panelDraft('b')]);
    if (problem !== 'a panel shows a take of another panel') {
      await store.castings.add(id, { blobHash: hashOf(1), pictureHash: null, modelHash: 'm', seed: '1' });
      await store.takes.add(takeDraft(panels[1]?.id ?? '', 0));
    }
    const take = await store.takes.add(takeDraft(panels[0]?.id ?? '', 0));
    await store.jobs.enqueue(jobRequest(), { perMember: 9, perScope: 9 });
    await store.messages.intend({
      purpose: 'p',
      subject: 's',
      scope: GUILD,
      channelId: '1',
      memberId: '42',
      storyId: null,
      jobId: null,
    });
    expect(await store.checkIntegrity()).toEqual([]);

    const database = await connectDatabase(databaseUrl);
    // A take is shown by one panel at most: the other lets go of it first.
    if (problem.startsWith('a panel shows')) await database.client.panel.updateMany({ data: { currentTakeId: null } });
    if (problem.startsWith("a character's canon"))
      await database.client.character.updateMany({ data: { currentCanonId: null } });
    await database.client.$executeRawUnsafe(sql);
    await database.close();
    expect((await store.checkIntegrity()).some((each) => each.startsWith(problem))).toBe(true);
    expect(take.revision).toBe(0);
  });
});
