import { nowOf, type StoreContext } from './context.ts';
import { notFound } from './not-found.ts';
import { lockMember } from './parties.ts';
import type { Connection } from './prisma-client.ts';

export interface TakeDraft {
  readonly panelId: string;
  /** As reserved; with the story's seed and the panel's number it gives the take's noise. */
  readonly revision: number;
  /** An unsigned 64-bit number in decimal. */
  readonly seed: string;
  readonly prompt: string;
  readonly pictureHash: string;
  readonly latentsHash: string | null;
  readonly modelHash: string;
  readonly canonIds: readonly string[];
  /** The take that this one redraws. */
  readonly parentTakeId: string | null;
  readonly createdById: string;
}

export interface Take extends TakeDraft {
  readonly id: string;
  readonly createdAt: Date;
}

/** The drawings of panels. Takes are added, never changed; which one a panel shows is the panel's. */
export class Takes {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  /** Takes the panel's next revision, before it is drawn, so that no two drawings share their noise. */
  async reserveRevision(panelId: string): Promise<number> {
    return this.#context.database.write(async (transaction) => {
      await lockPanel(transaction, panelId);
      const { nextRevision } = await transaction.panel.update({
        where: { id: panelId },
        data: { nextRevision: { increment: 1 } },
      });
      return nextRevision - 1;
    });
  }

  /**
   * Stores a take, once for each revision: a job that was killed after it gets the stored one back. The panel shows it
   * unless it shows a later revision already.
   * @throws UserError `panel-not-found`
   */
  async add(draft: TakeDraft): Promise<Take> {
    const { canonIds, ...columns } = draft;
    return this.#context.database.write(async (transaction) => {
      await lockMember(transaction, draft.createdById);
      const panel = await lockPanel(transaction, draft.panelId);
      const before = await findTakeRow(transaction, draft.panelId, draft.revision);
      if (before) return toTake(before);
      if (draft.revision >= panel.nextRevision) {
        await transaction.panel.update({ where: { id: panel.id }, data: { nextRevision: draft.revision + 1 } });
      }
      const row = await transaction.take.create({
        data: {
          ...columns,
          id: this.#context.newId(),
          createdAt: nowOf(this.#context),
          canons: { create: [...new Set(canonIds)].map((canonId) => ({ canonId })) },
        },
        include: WITH_CANONS,
      });
      if (panel.currentTake === null || panel.currentTake.revision < draft.revision) {
        await transaction.panel.update({ where: { id: panel.id }, data: { currentTakeId: row.id } });
      }
      return toTake(row);
    });
  }

  /** What a resumed job asks before it draws: is this one there already? */
  async find(panelId: string, revision: number): Promise<Take | undefined> {
    const row = await findTakeRow(this.#client, panelId, revision);
    return row ? toTake(row) : undefined;
  }

  /** @throws UserError `take-not-found` */
  async get(id: string): Promise<Take> {
    const row = await this.#client.take.findUnique({ where: { id }, include: WITH_CANONS });
    if (!row) throw notFound('take', id);
    return toTake(row);
  }

  /** In the order of their revisions. */
  async ofPanel(panelId: string): Promise<Take[]> {
    const rows = await this.#client.take.findMany({
      where: { panelId },
      include: WITH_CANONS,
      orderBy: { revision: 'asc' },
    });
    return rows.map(toTake);
  }

  /** The takes that a story shows, in the order of its panels; panels without one are left out. */
  async shownOf(storyId: string): Promise<Take[]> {
    const rows = await this.#client.take.findMany({
      where: { currentOf: { storyId } },
      include: WITH_CANONS,
      orderBy: { panel: { position: 'asc' } },
    });
    return rows.map(toTake);
  }

  /** Lets the panel show one of its takes. @throws UserError `panel-not-found`, `take-not-found` */
  async show(panelId: string, takeId: string): Promise<Take> {
    return this.#context.database.write(async (transaction) => {
      await lockPanel(transaction, panelId);
      const row = await transaction.take.findFirst({ where: { id: takeId, panelId }, include: WITH_CANONS });
      if (!row) throw notFound('take', takeId);
      await transaction.panel.update({ where: { id: panelId }, data: { currentTakeId: takeId } });
      return toTake(row);
    });
  }
}

const WITH_CANONS = { canons: { orderBy: { canonId: 'asc' } } } as const;

/** An update that changes nothing holds the row until the transaction ends. */
async function lockPanel(transaction: Connection, id: string) {
  await transaction.panel.updateMany({ where: { id }, data: { id } });
  const panel = await transaction.panel.findUnique({ where: { id }, include: { currentTake: true } });
  if (!panel) throw notFound('panel', id);
  return panel;
}

function findTakeRow(connection: Connection, panelId: string, revision: number) {
  return connection.take.findUnique({ where: { panelId_revision: { panelId, revision } }, include: WITH_CANONS });
}

type TakeRow = NonNullable<Awaited<ReturnType<typeof findTakeRow>>>;

function toTake({ canons, ...rest }: TakeRow): Take {
  return { ...rest, canonIds: canons.map(({ canonId }) => canonId) };
}
