import { nowOf, type StoreContext } from './context.ts';
import { notFound } from './not-found.ts';
import type { Connection } from './prisma-client.ts';

export interface CanonRecord {
  /** The canon file, in the blob store. */
  readonly blobHash: string;
  /** The picture that shows it. */
  readonly pictureHash: string | null;
  /** Of the model that drew it, as LoRAs changed it. */
  readonly modelHash: string;
  /** The model's name for people; null if it was not noted. */
  readonly modelName?: string | null;
  /** An unsigned 64-bit number in decimal. */
  readonly seed: string;
}

export interface Canon extends CanonRecord {
  readonly id: string;
  readonly characterId: string;
  readonly createdAt: Date;
  /** When it was picked last; null: when it was created. */
  readonly chosenAt: Date | null;
}

export interface CandidateRecord {
  readonly seed: string;
  readonly prompt: string;
  readonly pictureHash: string;
  readonly canonBlobHash: string;
  readonly modelHash: string;
  readonly modelName?: string | null;
}

export interface CastingCandidate extends CandidateRecord {
  readonly id: string;
  readonly characterId: string;
  /** 0 is the character's first casting sheet. */
  readonly round: number;
  /** 0 is the sheet's first picture. */
  readonly position: number;
  readonly createdAt: Date;
  /** The canon that was made of it, once it was picked. */
  readonly canonId: string | null;
}

/** Casting sheets and the canons picked from them. Canons are added, never changed: a recast keeps the old one. */
export class Castings {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  /**
   * Takes the number of the character's next casting sheet, before it is drawn.
   * @throws UserError `character-not-found`
   */
  async reserveRound(characterId: string): Promise<number> {
    return this.#context.database.write(async (transaction) => {
      await lockCharacter(transaction, characterId);
      const { nextRound } = await transaction.character.update({
        where: { id: characterId },
        data: { nextRound: { increment: 1 } },
      });
      return nextRound - 1;
    });
  }

  /**
   * Stores the casting sheet of a reserved round, once: a job that was killed after it gets the same one back.
   * @throws UserError `character-not-found`
   */
  async addSheet(characterId: string, round: number, sheet: readonly CandidateRecord[]): Promise<CastingCandidate[]> {
    const createdAt = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      await lockCharacter(transaction, characterId);
      const before = await sheetOf(transaction, characterId, round);
      if (before.length > 0) return before;
      await transaction.castingCandidate.createMany({
        data: sheet.map((candidate, position) => ({
          ...candidate,
          id: this.#context.newId(),
          characterId,
          round,
          position,
          createdAt,
        })),
      });
      return sheetOf(transaction, characterId, round);
    });
  }

  /** One round's sheet, or the last one's. */
  async sheet(characterId: string, round?: number): Promise<CastingCandidate[]> {
    return sheetOf(this.#client, characterId, round);
  }

  /** @throws UserError `candidate-not-found` */
  async candidate(id: string): Promise<CastingCandidate> {
    const candidate = await this.#client.castingCandidate.findUnique({ where: { id } });
    if (!candidate) throw notFound('candidate', id);
    return candidate;
  }

  /**
   * Makes a candidate the character's canon. Picking it again brings the same canon back.
   * @throws UserError `candidate-not-found`
   */
  async pick(candidateId: string): Promise<Canon> {
    const candidate = await this.candidate(candidateId);
    return this.#context.database.write(async (transaction) => {
      await lockCharacter(transaction, candidate.characterId);
      const { canonId } = await transaction.castingCandidate.findUniqueOrThrow({ where: { id: candidateId } });
      if (canonId !== null) return makeCurrent(transaction, candidate.characterId, canonId, nowOf(this.#context));
      const { canonBlobHash: blobHash, pictureHash, modelHash, modelName, seed } = candidate;
      const record = { blobHash, pictureHash, modelHash, modelName, seed };
      const canon = await this.#add(transaction, candidate.characterId, record);
      await transaction.castingCandidate.update({ where: { id: candidateId }, data: { canonId: canon.id } });
      return canon;
    });
  }

  /** Adds a canon that comes from elsewhere than a casting sheet, and makes it the current one. */
  async add(characterId: string, record: CanonRecord): Promise<Canon> {
    return this.#context.database.write(async (transaction) => {
      await lockCharacter(transaction, characterId);
      return this.#add(transaction, characterId, record);
    });
  }

  /** Goes back to one of the character's earlier canons. @throws UserError `canon-not-found` */
  async choose(characterId: string, canonId: string): Promise<Canon> {
    return this.#context.database.write(async (transaction) => {
      await lockCharacter(transaction, characterId);
      return makeCurrent(transaction, characterId, canonId, nowOf(this.#context));
    });
  }

  /**
   * What a character looks like to a model: of its canons of this model, the one picked last.
   * @param modelHash of the model as LoRAs change it
   * @throws UserError `character-not-found`
   */
  async canonFor(characterId: string, modelHash: string): Promise<Canon | undefined> {
    const character = await this.#client.character.findUnique({ where: { id: characterId } });
    if (!character) throw notFound('character', characterId);
    const canons = await this.#client.canon.findMany({ where: { characterId, modelHash } });
    const since = ({ chosenAt, createdAt }: Canon) => Number(chosenAt ?? createdAt);
    const latest = canons.toSorted((a, b) => since(b) - since(a) || (a.id < b.id ? 1 : -1))[0];
    // Picks from before they had times: the current canon is known to be the last one.
    return canons.find(({ id }) => id === character.currentCanonId) ?? latest;
  }

  /** The newest first. */
  async canons(characterId: string): Promise<Canon[]> {
    return this.#client.canon.findMany({ where: { characterId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  }

  /** @throws UserError `canon-not-found` */
  async canon(id: string): Promise<Canon> {
    const canon = await this.#client.canon.findUnique({ where: { id } });
    if (!canon) throw notFound('canon', id);
    return canon;
  }

  async #add(transaction: Connection, characterId: string, record: CanonRecord): Promise<Canon> {
    const createdAt = nowOf(this.#context);
    const { id } = await transaction.canon.create({
      data: { ...record, id: this.#context.newId(), characterId, createdAt },
    });
    return makeCurrent(transaction, characterId, id, createdAt);
  }
}

async function sheetOf(connection: Connection, characterId: string, round?: number): Promise<CastingCandidate[]> {
  const rows = await connection.castingCandidate.findMany({
    where: { characterId, round },
    orderBy: [{ round: 'desc' }, { position: 'asc' }],
  });
  return rows.filter((row) => row.round === rows[0]?.round);
}

async function makeCurrent(
  transaction: Connection,
  characterId: string,
  canonId: string,
  updatedAt: Date,
): Promise<Canon> {
  const canon = await transaction.canon.findFirst({ where: { id: canonId, characterId } });
  if (!canon) throw notFound('canon', canonId);
  await transaction.character.update({ where: { id: characterId }, data: { currentCanonId: canonId, updatedAt } });
  return transaction.canon.update({ where: { id: canonId }, data: { chosenAt: updatedAt } });
}

/** An update that changes nothing holds the row until the transaction ends. */
async function lockCharacter(transaction: Connection, id: string): Promise<void> {
  const { count } = await transaction.character.updateMany({ where: { id }, data: { id } });
  if (count === 0) throw notFound('character', id);
}
