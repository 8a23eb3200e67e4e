import { blobReferences } from './blob-references.ts';
import { toCharacter } from './characters.ts';
import type { StoreContext } from './context.ts';
import { eraseRows, type Leavings, messagesInChannels } from './erase-rows.ts';
import { toJob } from './job.ts';
import type { Connection } from './prisma-client.ts';
import { ERASED_MEMBER, redactMember } from './redact-member.ts';
import { scopeId } from './scope.ts';

/** What erasing a member leaves to be done outside the database, and how much it was. */
export interface Erasure extends Leavings {
  readonly characters: number;
  readonly stories: number;
  readonly takes: number;
  readonly jobs: number;
}

/** A member's right to see and to erase everything that is theirs. */
export class Privacy {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Everything that is stored about a member, as plain data; pictures by the hashes of their blobs. */
  async export(memberId: string) {
    const { client } = this.#context.database;
    const createdById = memberId;
    return {
      memberId,
      characters: (
        await client.character.findMany({ where: { ownerId: memberId }, include: { canons: true, candidates: true } })
      ).map(({ canons, candidates, ...row }) => ({ ...toCharacter(row), canons, candidates })),
      stories: await client.story.findMany({
        where: { authorId: memberId },
        include: { panels: { orderBy: { position: 'asc' }, include: { takes: { orderBy: { revision: 'asc' } } } } },
      }),
      takesInStoriesOfOthers: await client.take.findMany({
        where: { createdById, panel: { story: { authorId: { not: memberId } } } },
      }),
      votes: await client.vote.findMany({ where: { memberId } }),
      jobs: (await client.job.findMany({ where: { memberId }, include: { events: true } })).map(
        ({ events, ...row }) => ({
          ...toJob(row),
          events,
        }),
      ),
      messages: await client.postedMessage.findMany({ where: { memberId } }),
      settingsOfDirectMessages:
        (await client.scope.findUnique({ where: { id: directScope(memberId) } }))?.settings ?? null,
    };
  }

  /**
   * Erases everything of a member: characters with their canons, stories with all their takes, takes in others'
   * stories (those show the latest take that is left), jobs (a worker finds its lease lost), votes, settings of direct
   * messages. One transaction. What the member made with others' characters goes, what others made with theirs stays.
   */
  async erase(memberId: string): Promise<Erasure> {
    return eraseRows(this.#context, async (transaction) => {
      const referredTo = await blobReferences(transaction);
      const messages = await messagesInChannels(transaction, ofMember(memberId));
      const takes = await eraseTakes(transaction, memberId);
      await transaction.vote.deleteMany({ where: { memberId } });
      await transaction.postedMessage.deleteMany({ where: ofMember(memberId) });
      const jobs = await transaction.job.deleteMany({ where: ofMember(memberId) });
      const direct = directScope(memberId);
      const stories = await transaction.story.deleteMany({
        where: { OR: [{ authorId: memberId }, { scopeId: direct }] },
      });
      const characters = await transaction.character.deleteMany({
        where: { OR: [{ ownerId: memberId }, { scopeId: direct }] },
      });
      await transaction.scope.deleteMany({ where: { id: direct } });
      await transaction.member.deleteMany({ where: { id: memberId } });
      if (memberId !== '' && memberId !== ERASED_MEMBER) await redactMember(transaction, memberId);
      const counts = { characters: characters.count, stories: stories.count, takes, jobs: jobs.count };
      return { messages, referredTo, ...counts };
    });
  }
}

function directScope(memberId: string): string {
  return scopeId({ kind: 'direct', memberId });
}

/** Of the member, in the member's direct messages, or about the member's stories. */
function ofMember(memberId: string) {
  return { OR: [{ memberId }, { scopeId: directScope(memberId) }, { story: { authorId: memberId } }] };
}

async function eraseTakes(transaction: Connection, memberId: string): Promise<number> {
  const shown = await transaction.panel.findMany({ where: { currentTake: { createdById: memberId } } });
  const ofStories = await transaction.take.count({
    where: { createdById: { not: memberId }, panel: { story: { authorId: memberId } } },
  });
  const { count } = await transaction.take.deleteMany({ where: { createdById: memberId } });
  for (const { id } of shown) {
    const latest = await transaction.take.findFirst({ where: { panelId: id }, orderBy: { revision: 'desc' } });
    await transaction.panel.update({ where: { id }, data: { currentTakeId: latest?.id ?? null } });
  }
  return count + ofStories;
}
