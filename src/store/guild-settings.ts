import { z } from 'zod';
import { SAMPLERS } from '../engine/schedulers/sampler-names.ts';
import { UserError } from '../errors/user-error.ts';
import type { StoreContext } from './context.ts';
import type { JsonObject } from './json.ts';
import { lockScope } from './parties.ts';
import { type Scope, scopeId } from './scope.ts';

const limit = z.int().min(1).max(1000);
const roles = z.array(z.string().max(32)).max(100);
const words = z.array(z.string().min(1).max(100)).max(1000);
/** Each refuses what the ones before it refuse, and more (src/safety/filter-level.ts). */
const filterLevel = z.enum(['off', 'slurs', 'standard', 'strict']);

/**
 * What a server (or a person, for direct messages) has set. Everything may be left out: then the configuration of the
 * bot holds. Lists are whole values.
 */
export const settingsSchema = z.object({
  model: z.string().min(1).max(200).optional(),
  steps: z.int().min(1).max(150).optional(),
  /** Of classifier-free guidance; 1 or less: none. */
  guidance: z.number().min(0).max(30).optional(),
  /** In place of the model's own. */
  sampler: z.enum(SAMPLERS).optional(),
  style: z.string().max(500).optional(),
  layout: z.enum(['auto', 'row', 'column', 'square']).optional(),
  locale: z.string().max(20).optional(),
  panelsPerStory: limit.optional(),
  queuedPerMember: limit.optional(),
  queuedPerServer: limit.optional(),
  /** Who may make characters and stories. `roles`: who has one of `creatorRoles`. */
  creating: z.enum(['everyone', 'roles', 'moderators']).optional(),
  /** Who may redraw a panel of a story and add one; "moderators" leaves out its author too. */
  redrawing: z.enum(['everyone', 'author', 'roles', 'moderators']).optional(),
  creatorRoles: roles.optional(),
  /** Who counts as a moderator of Troupe, besides who may manage the server. */
  moderatorRoles: roles.optional(),
  promptFilter: filterLevel.optional(),
  /** The same in age-gated channels; it can only be milder. */
  ageGatedFilter: filterLevel.optional(),
  /** Refused at every level. */
  blockedWords: words.optional(),
  /** Let through though a level's own list has them. */
  allowedWords: words.optional(),
  /** What becomes of a picture that the picture filter flags. */
  pictureFilter: z.enum(['off', 'spoiler', 'withhold']).optional(),
  /** Whether a story's message says where the method may have failed. */
  warnings: z.enum(['on', 'off']).optional(),
  /** Which pictures are behind a spoiler. */
  spoilers: z.enum(['flagged', 'always']).optional(),
});

export type GuildSettings = Readonly<z.infer<typeof settingsSchema>>;
/** null takes a setting back. */
export type GuildSettingsChange = { readonly [K in keyof GuildSettings]?: GuildSettings[K] | null };

export class GuildSettingsStore {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  async get(scope: Scope): Promise<GuildSettings> {
    const row = await this.#context.database.client.scope.findUnique({ where: { id: scopeId(scope) } });
    return readSettings(row?.settings);
  }

  /** Changes what `change` names and nothing else. @throws UserError `setting-invalid` */
  async update(scope: Scope, change: GuildSettingsChange): Promise<GuildSettings> {
    const id = scopeId(scope);
    return this.#context.database.write(async (transaction) => {
      await lockScope(transaction, scope);
      const row = await transaction.scope.findUniqueOrThrow({ where: { id } });
      const merged = Object.entries({ ...readSettings(row.settings), ...change }).filter(([, value]) => value != null);
      const settings = validate(Object.fromEntries(merged));
      await transaction.scope.update({ where: { id }, data: { settings: settings as JsonObject } });
      return settings;
    });
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** A setting that a later or earlier version wrote and that this one can't read counts as not set. */
function readSettings(stored: unknown): GuildSettings {
  const known = Object.entries(settingsSchema.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse((asObject(stored) as Record<string, unknown>)[key]);
    return parsed.success && parsed.data !== undefined ? [[key, parsed.data]] : [];
  });
  return Object.fromEntries(known);
}

function validate(settings: unknown): GuildSettings {
  const parsed = settingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const setting = issue?.path.join('.') ?? '';
  throw new UserError('setting-invalid', {
    expected: `a possible value for ${setting}`,
    got: `one that isn't (${issue?.message})`,
    todo: 'Choose another value; /settings shows what is possible.',
    setting,
  });
}
