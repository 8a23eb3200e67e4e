import type { APIApplicationCommandBasicOption } from 'discord.js';
import type { Callable, Named } from '../driver/find-command.ts';
import type { TroubleState } from '../driver/trouble.ts';
import type { Refusal } from '../state/events.ts';
import type { StoredMessage } from '../state/messages.ts';
import { isThinking } from '../state/messages.ts';
import type { Channel } from '../state/places.ts';
import type { World } from '../state/world.ts';

/** What the page is told of the room; src/rehearsal/page/ reads the same shapes from types.js. */
export interface PageMessage {
  readonly wire: StoredMessage['wire'];
  readonly onlyFor: string | undefined;
  readonly thinking: boolean;
  readonly reactions: readonly (readonly [emoji: string, userIds: readonly string[]])[];
}

export interface PageChannel {
  readonly id: string;
  readonly kind: Channel['kind'];
  readonly name: string;
  readonly topic: string;
  readonly ageGated: boolean;
  readonly guildId: string | undefined;
  readonly parentId: string | undefined;
  readonly recipientId: string | undefined;
}

export interface PagePerson {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly bot: boolean;
  readonly locale: string;
  /** "Moderator", "Member", "Newcomer" or "Bot". */
  readonly part: string;
  readonly guildIds: readonly string[];
}

export interface PageOption {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: number;
  readonly required: boolean;
  readonly autocomplete: boolean;
  readonly choices: readonly { readonly label: string; readonly value: string | number }[];
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface PageCommand {
  /** By which it is called: `/story generate`. */
  readonly call: string;
  /** As the person reads it, in their language. */
  readonly label: string;
  readonly description: string;
  readonly options: readonly PageOption[];
}

export interface PageWelcome {
  readonly type: 'welcome';
  readonly botId: string;
  readonly guilds: readonly { readonly id: string; readonly name: string }[];
  readonly people: readonly PagePerson[];
  readonly channels: readonly PageChannel[];
  readonly messages: readonly PageMessage[];
  readonly connected: boolean;
  readonly trouble: TroubleState;
  readonly refusals: readonly Refusal[];
}

/** Members of less than this count as newcomers. */
const NEWCOMER_MS = 24 * 3600_000;

export function pageMessage(message: StoredMessage): PageMessage {
  const reactions = [...message.reactions].map(([emoji, people]) => [emoji, [...people]] as const);
  return { wire: message.wire, onlyFor: message.onlyFor, thinking: isThinking(message), reactions };
}

export function pageChannel({ id, kind, name, topic, ageGated, guildId, parentId, recipientId }: Channel): PageChannel {
  return { id, kind, name, topic, ageGated, guildId, parentId, recipientId };
}

export function pagePeople(world: World): PagePerson[] {
  return [...world.people.values()].map(({ id, key, name, bot, locale }) => {
    const guilds = [...world.guilds.values()].filter((guild) => guild.members.has(id));
    const [first] = guilds;
    const member = first?.members.get(id);
    const moderates = member?.roleIds.some((roleId) => first?.roles.get(roleId)?.name === 'Moderator');
    const isNew = member && world.clock.now() - Date.parse(member.joinedAt) < NEWCOMER_MS;
    const part = bot ? 'Bot' : moderates ? 'Moderator' : isNew ? 'Newcomer' : 'Member';
    return { id, key, name, bot, locale, part, guildIds: guilds.map((guild) => guild.id) };
  });
}

export function pageCommand({ names, words, options }: Callable, locale: string): PageCommand {
  const last = names.at(-1);
  return {
    call: `/${words.join(' ')}`,
    label: `/${names.map((named) => translated(named, 'name', locale)).join(' ')}`,
    description: last ? translated(last, 'description', locale) : '',
    options: options.map((option) => pageOption(option, locale)),
  };
}

function pageOption(option: APIApplicationCommandBasicOption, locale: string): PageOption {
  // The option types differ in which limits they have; the page shows whichever there are.
  const limits = option as {
    autocomplete?: boolean;
    choices?: { name: string; name_localizations?: Record<string, string> | null; value: string | number }[];
    min_value?: number;
    max_value?: number;
    min_length?: number;
    max_length?: number;
  };
  return {
    name: option.name,
    label: translated(option, 'name', locale),
    description: translated(option, 'description', locale),
    type: option.type,
    required: option.required ?? false,
    autocomplete: limits.autocomplete ?? false,
    choices: (limits.choices ?? []).map(({ name, name_localizations, value }) => ({
      label: name_localizations?.[locale] ?? name,
      value,
    })),
    min: limits.min_value ?? limits.min_length,
    max: limits.max_value ?? limits.max_length,
  };
}

function translated(named: Named, what: 'name' | 'description', locale: string): string {
  const translations = named[`${what}_localizations`] as Record<string, string | null> | null | undefined;
  return translations?.[locale] ?? named[what];
}
