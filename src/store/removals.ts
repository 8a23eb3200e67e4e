import { blobHashes } from '../blobs/named-blobs.ts';
import { UserError } from '../errors/user-error.ts';
import { nowOf, type StoreContext } from './context.ts';
import { eraseRows, type Leavings, messagesInChannels } from './erase-rows.ts';
import { notFound } from './not-found.ts';
import { lockScope } from './parties.ts';
import type { Connection } from './prisma-client.ts';
import { parseScopeId } from './scope.ts';

/** Removes single stories and characters for good. A member's right to have everything erased is Privacy's. */
export class Removals {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * A story with its panels, takes, votes, jobs (a worker finds its lease lost) and messages.
   * @throws UserError `story-not-found`
   */
  async story(id: string): Promise<Leavings> {
    return eraseRows(this.#context, async (transaction) => {
      // Held by an update first: nobody adds a panel or a job to it any more.
      const updatedAt = nowOf(this.#context);
      const { count } = await transaction.story.updateMany({ where: { id }, data: { updatedAt } });
      if (count === 0) throw notFound('story', id);
      const messages = await messagesInChannels(transaction, { storyId: id });
      const referredTo = blobHashes(await transaction.take.findMany({ where: { panel: { storyId: id } } }));
      await transaction.story.delete({ where: { id } });
      return { messages, referredTo };
    });
  }

  /**
   * A character with its canons, casting sheets, castings and their messages. Messages of castings that the queue has
   * forgotten by now can't be told to be its own, and stay.
   * @throws UserError `character-not-found`, `character-in-stories`
   */
  async character(id: string): Promise<Leavings> {
    return eraseRows(this.#context, async (transaction) => {
      const row = await transaction.character.findUnique({ where: { id } });
      if (!row) throw notFound('character', id);
      // Nobody makes a story with it before the transaction ends.
      await lockScope(transaction, parseScopeId(row.scopeId));
      const { length: count } = await storiesDrawnBy(transaction, id);
      if (count > 0) throw inStories(row.name, count);
      const jobId = { in: await castingsOf(transaction, id) };
      const messages = await messagesInChannels(transaction, { jobId });
      const referredTo = blobHashes([
        await transaction.canon.findMany({ where: { characterId: id } }),
        await transaction.castingCandidate.findMany({ where: { characterId: id } }),
        await transaction.job.findMany({ where: { id: jobId }, select: { payload: true } }),
      ]);
      await transaction.postedMessage.deleteMany({ where: { jobId } });
      await transaction.job.deleteMany({ where: { id: jobId } });
      await transaction.character.delete({ where: { id } });
      return { messages, referredTo };
    });
  }

  /** The ids of the stories that need a character to be drawn on, the newest first. */
  async storiesDrawnBy(characterId: string): Promise<string[]> {
    return storiesDrawnBy(this.#context.database.client, characterId);
  }
}

/** What a story is drawn by names everybody in it: also whoever came with a panel that was cancelled. */
async function storiesDrawnBy(connection: Connection, characterId: string): Promise<string[]> {
  // Bound to text on both providers, so that the same comparison finds it.
  const rows = await connection.$queryRaw<{ id: string }[]>`SELECT "id" FROM "Story"
    WHERE CAST("settings" AS TEXT) LIKE ${`%${characterId}%`} OR EXISTS (
      SELECT 1 FROM "Panel" JOIN "PanelCharacter" ON "PanelCharacter"."panelId" = "Panel"."id"
      WHERE "Panel"."storyId" = "Story"."id" AND "PanelCharacter"."characterId" = ${characterId})
    ORDER BY "createdAt" DESC, "id" DESC`;
  return rows.map(({ id }) => id);
}

/** The ids of the jobs that cast a character, ended ones too. */
async function castingsOf(connection: Connection, characterId: string): Promise<string[]> {
  const rows = await connection.$queryRaw<{ id: string }[]>`SELECT "id" FROM "Job"
    WHERE "storyId" IS NULL AND CAST("payload" AS TEXT) LIKE ${`%${characterId}%`}`;
  return rows.map(({ id }) => id);
}

/** @param titles of some of them */
export function inStories(name: string, count: number, titles: readonly string[] = []): UserError {
  return new UserError('character-in-stories', {
    expected: 'a character that plays in no story',
    got: `${name}, who plays in ${count}`,
    todo: 'Delete these stories first; they are drawn by its canon.',
    name,
    count,
    titles,
  });
}
