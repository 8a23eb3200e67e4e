import { UserError } from '../errors/user-error.ts';
import { nowOf, type StoreContext } from './context.ts';
import { foldName } from './fold-name.ts';
import { parseWords } from './json.ts';
import { notFound } from './not-found.ts';
import { lockParties, lockScope } from './parties.ts';
import type { Connection } from './prisma-client.ts';
import { parseScopeId, type Scope, scopeId } from './scope.ts';

export interface CharacterTraits {
  readonly name: string;
  readonly looks: string;
  /** The words of the looks that name the subject; the engine reads its mask from their attention. */
  readonly subjectWords: readonly string[];
  readonly style?: string | null;
}

export interface Character extends CharacterTraits {
  readonly id: string;
  readonly scope: Scope;
  readonly ownerId: string;
  readonly style: string | null;
  readonly status: 'active' | 'retired';
  readonly currentCanonId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Characters of servers and of direct messages. An active character's name is its alone in its scope. */
export class Characters {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get #client(): Connection {
    return this.#context.database.client;
  }

  /** @throws UserError `character-name-empty`, `character-name-taken` */
  async create(scope: Scope, ownerId: string, traits: CharacterTraits): Promise<Character> {
    const foldedName = foldOrRefuse(traits.name);
    const now = nowOf(this.#context);
    return this.#context.database.write(async (transaction) => {
      await lockParties(transaction, scope, ownerId);
      await refuseTaken(transaction, scope, traits.name);
      const row = await transaction.character.create({
        data: {
          id: this.#context.newId(),
          scopeId: scopeId(scope),
          ownerId,
          name: traits.name,
          foldedName,
          heldName: foldedName,
          looks: traits.looks,
          subjectWords: [...traits.subjectWords],
          style: traits.style ?? null,
          createdAt: now,
          updatedAt: now,
        },
      });
      return toCharacter(row);
    });
  }

  /** @throws UserError `character-not-found` */
  async get(id: string): Promise<Character> {
    const row = await this.#client.character.findUnique({ where: { id } });
    if (!row) throw notFound('character', id);
    return toCharacter(row);
  }

  /** The active character of this name, whatever its case. */
  async find(scope: Scope, name: string): Promise<Character | undefined> {
    const row = await this.#client.character.findUnique({
      where: { scopeId_heldName: { scopeId: scopeId(scope), heldName: foldName(name) } },
    });
    return row ? toCharacter(row) : undefined;
  }

  /** In the order of their names. `containing` is compared as names are, whatever their case. */
  async list(
    scope: Scope,
    { ownerId, containing = '', retired = false, limit }: CharacterFilter = {},
  ): Promise<Character[]> {
    const rows = await this.#client.character.findMany({
      where: { scopeId: scopeId(scope), ownerId, status: retired ? undefined : 'active' },
      orderBy: [{ foldedName: 'asc' }, { createdAt: 'asc' }],
    });
    // Not by LIKE, whose wildcards in a name the providers would each treat in their own way.
    const part = foldName(containing);
    return rows
      .filter(({ foldedName }) => foldedName.includes(part))
      .slice(0, limit)
      .map(toCharacter);
  }

  /** @throws UserError `character-not-found`, `character-name-empty`, `character-name-taken` */
  async edit(id: string, traits: Partial<CharacterTraits>): Promise<Character> {
    const { scope } = await this.get(id);
    return this.#context.database.write(async (transaction) => {
      await lockScope(transaction, scope);
      const before = await transaction.character.findUnique({ where: { id } });
      if (!before) throw notFound('character', id);
      const foldedName = traits.name === undefined ? undefined : foldOrRefuse(traits.name);
      if (traits.name !== undefined && before.status === 'active')
        await refuseTaken(transaction, scope, traits.name, id);
      const row = await transaction.character.update({
        where: { id },
        data: {
          ...traits,
          subjectWords: traits.subjectWords && [...traits.subjectWords],
          foldedName,
          heldName: before.status === 'active' ? foldedName : undefined,
          updatedAt: nowOf(this.#context),
        },
      });
      return toCharacter(row);
    });
  }

  /** Keeps everything that was drawn of it, and frees its name. */
  async retire(id: string): Promise<Character> {
    await this.#client.character.updateMany({
      where: { id, status: 'active' },
      data: { status: 'retired', heldName: null, updatedAt: nowOf(this.#context) },
    });
    return this.get(id);
  }
}

export interface CharacterFilter {
  readonly ownerId?: string;
  readonly containing?: string;
  /** Retired ones too. */
  readonly retired?: boolean;
  readonly limit?: number;
}

type CharacterRow = NonNullable<Awaited<ReturnType<Connection['character']['findUnique']>>>;

export function toCharacter(row: CharacterRow): Character {
  const {
    scopeId: scope,
    foldedName: _folded,
    heldName: _held,
    nextRound: _round,
    status,
    subjectWords,
    ...rest
  } = row;
  return {
    ...rest,
    scope: parseScopeId(scope),
    status: status === 'retired' ? 'retired' : 'active',
    subjectWords: parseWords(subjectWords),
  };
}

function foldOrRefuse(name: string): string {
  const folded = foldName(name);
  if (folded !== '') return folded;
  throw new UserError('character-name-empty', {
    expected: 'a name for the character',
    got: 'none, or only spaces',
    todo: 'Give it a name, for instance Rusty.',
  });
}

/** Under the scope's lock, so that nobody else takes the name before the transaction ends. */
async function refuseTaken(transaction: Connection, scope: Scope, name: string, except?: string): Promise<void> {
  const holder = await transaction.character.findUnique({
    where: { scopeId_heldName: { scopeId: scopeId(scope), heldName: foldName(name) } },
  });
  if (!holder || holder.id === except) return;
  throw new UserError('character-name-taken', {
    expected: 'a name that no other character has here',
    got: `"${name}", and "${holder.name}" is here already`,
    todo: 'Choose another name, or edit, recast or retire the character that has it.',
    name,
    characterId: holder.id,
    ownerId: holder.ownerId,
  });
}
