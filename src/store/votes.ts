import { nowOf, type StoreContext } from './context.ts';
import { notFound } from './not-found.ts';
import { lockMember } from './parties.ts';

/** What members chose about takes, a reaction for instance. Each choice counts once per member and take. */
export class Votes {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * @returns false if the member had chosen it before
   * @throws UserError `take-not-found`
   */
  async add(takeId: string, memberId: string, choice: string): Promise<boolean> {
    return this.#context.database.write(async (transaction) => {
      await lockMember(transaction, memberId);
      const key = { takeId, memberId, choice };
      if (await transaction.vote.findUnique({ where: { takeId_memberId_choice: key } })) return false;
      if (!(await transaction.take.findUnique({ where: { id: takeId } }))) throw notFound('take', takeId);
      await transaction.vote.create({ data: { ...key, createdAt: nowOf(this.#context) } });
      return true;
    });
  }

  /** @returns false if there was nothing to take back */
  async remove(takeId: string, memberId: string, choice: string): Promise<boolean> {
    const { count } = await this.#context.database.client.vote.deleteMany({ where: { takeId, memberId, choice } });
    return count > 0;
  }

  /** How often each choice was made. */
  async count(takeId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#context.database.client.vote.groupBy({
      by: ['choice'],
      where: { takeId },
      _count: { _all: true },
      orderBy: { choice: 'asc' },
    });
    return new Map(rows.map(({ choice, _count }) => [choice, _count._all]));
  }
}
