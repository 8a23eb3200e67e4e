import { nowOf, type StoreContext } from './context.ts';
import type { Json, JsonObject } from './json.ts';
import { notFound } from './not-found.ts';
import { lockParties } from './parties.ts';
import type { Connection } from './prisma-client.ts';
import { parseScopeId, type Scope, scopeId } from './scope.ts';

export type StoryStatus = 'queued' | 'drawing' | 'finished' | 'failed' | 'cancelled';

export interface PanelDraft {
  /** As typed. */
  readonly text: string;
  readonly caption: string;
  /** What the engine is given. */
  readonly prompt: string;
  readonly characterIds: readonly string[];
}

export interface Panel extends PanelDraft {
  readonly id: string;
  readonly storyId: string;
  /** The engine's panel id, never given twice within a story. */
  readonly number: number;
  /** 0 is the story's first panel. */
  readonly position: number;
  readonly currentTakeId: string | null;
  readonly createdAt: Date;
}

export interface StoryDraft {
  readonly scope: Scope;
  readonly channelId: string;
  readonly authorId: string;
  readonly title: string;
  /** As typed. */
  readonly script: string;
  /** An unsigned 64-bit number in decimal. */
  readonly seed: string;
  readonly layout: string;
  readonly style: string | null;
  readonly model: string;
  /** What the engine was asked for, enough to replay the story. */
  readonly settings: JsonObject;
}

export interface Story extends StoryDraft {
  readonly id: string;
  readonly status: StoryStatus;
  /** The message with the grid, once posted. */
  readonly messageId: string | null;
  readonly panels: readonly Panel[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface StoryFilter {
  readonly scope?: Scope;
  readonly authorId?: string;
  readonly characterId?: string;
  readonly status?: readonly StoryStatus[];
  readonly limit?: number;
}

export class Stories {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  async create(draft: StoryDraft, panels: readonly PanelDraft[]): Promise<Story> {
    const { scope, ...columns } = draft;
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      await lockParties(transaction, scope, draft.authorId);
      const { id } = await transaction.story.create({
        data: { ...columns, id: this.#context.newId(), scopeId: scopeId(scope), createdAt: now, updatedAt: now },
      });
      for (const panel of panels) await this.#addPanel(transaction, id, panel);
      return getStory(transaction, id);
    });
  }

  /** @throws UserError `story-not-found` */
  async get(id: string): Promise<Story> {
    return getStory(this.#client, id);
  }

  /** The story whose grid a message shows. */
  async findByMessage(messageId: string): Promise<Story | undefined> {
    const row = await this.#client.story.findFirst({ where: { messageId }, include: WITH_PANELS });
    return row ? toStory(row) : undefined;
  }

  /** The newest first. */
  async list({ scope, authorId, characterId, status, limit }: StoryFilter): Promise<Story[]> {
    const rows = await this.#client.story.findMany({
      where: {
        scopeId: scope && scopeId(scope),
        authorId,
        status: status && { in: [...status] },
        panels: characterId === undefined ? undefined : { some: { characters: { some: { characterId } } } },
      },
      include: WITH_PANELS,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
    return rows.map(toStory);
  }

  /** Adds a panel at the end. @throws UserError `story-not-found` */
  async addPanel(storyId: string, panel: PanelDraft): Promise<Panel> {
    return this.#context.database.write((transaction) => this.#addPanel(transaction, storyId, panel));
  }

  /** @throws UserError `panel-not-found` */
  async panel(id: string): Promise<Panel> {
    const row = await this.#client.panel.findUnique({ where: { id }, include: WITH_CHARACTERS });
    if (!row) throw notFound('panel', id);
    return toPanel(row);
  }

  /** Takes back a panel that was never drawn. @returns false if it has been, or isn't there */
  async removeUndrawn(panelId: string): Promise<boolean> {
    const { count } = await this.#client.panel.deleteMany({ where: { id: panelId, takes: { none: {} } } });
    return count > 0;
  }

  /** @throws UserError `story-not-found` */
  async update(
    id: string,
    change: {
      readonly status?: StoryStatus;
      readonly messageId?: string | null;
      readonly settings?: StoryDraft['settings'];
    },
  ): Promise<void> {
    const { count } = await this.#client.story.updateMany({
      where: { id },
      data: { ...change, updatedAt: nowOf(this.#context) },
    });
    if (count === 0) throw notFound('story', id);
  }

  async #addPanel(transaction: Connection, storyId: string, draft: PanelDraft): Promise<Panel> {
    const { characterIds, ...columns } = draft;
    const now = nowOf(this.#context);
    // The update holds the story's row: nobody else takes this number or position.
    const { count } = await transaction.story.updateMany({
      where: { id: storyId },
      data: { nextPanelNumber: { increment: 1 }, updatedAt: now },
    });
    if (count === 0) throw notFound('story', storyId);
    const { nextPanelNumber } = await transaction.story.findUniqueOrThrow({ where: { id: storyId } });
    const { _max: last } = await transaction.panel.aggregate({ where: { storyId }, _max: { position: true } });
    const row = await transaction.panel.create({
      data: {
        ...columns,
        id: this.#context.newId(),
        storyId,
        number: nextPanelNumber - 1,
        position: (last.position ?? -1) + 1,
        createdAt: now,
        characters: { create: [...new Set(characterIds)].map((characterId, position) => ({ characterId, position })) },
      },
      include: WITH_CHARACTERS,
    });
    return toPanel(row);
  }
}

const WITH_CHARACTERS = { characters: { orderBy: { position: 'asc' } } } as const;
const WITH_PANELS = { panels: { orderBy: { position: 'asc' }, include: WITH_CHARACTERS } } as const;

async function getStory(connection: Connection, id: string): Promise<Story> {
  const row = await findStoryRow(connection, id);
  if (!row) throw notFound('story', id);
  return toStory(row);
}

function findStoryRow(connection: Connection, id: string) {
  return connection.story.findUnique({ where: { id }, include: WITH_PANELS });
}

type StoryRow = NonNullable<Awaited<ReturnType<typeof findStoryRow>>>;

function toStory({ scopeId: scope, nextPanelNumber: _next, status, settings, panels, ...rest }: StoryRow): Story {
  return {
    ...rest,
    scope: parseScopeId(scope),
    status: status as StoryStatus,
    settings: settings as { [key: string]: Json },
    panels: panels.map(toPanel),
  };
}

function toPanel({ characters, nextRevision: _next, ...rest }: StoryRow['panels'][number]): Panel {
  return { ...rest, characterIds: characters.map(({ characterId }) => characterId) };
}
