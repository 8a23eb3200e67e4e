import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  ApplicationCommandType,
  InteractionContextType,
  ApplicationCommandOptionType as OptionType,
} from 'discord.js';
import { UserError } from '../../errors/user-error.ts';
import type { Channel } from '../state/places.ts';
import type { World } from '../state/world.ts';

/** A name or description with its translations, as commands and options carry them. */
export type Named = Pick<
  APIApplicationCommand | APIApplicationCommandOption,
  'name' | 'name_localizations' | 'description' | 'description_localizations'
>;

/** One thing that can be called: a command, or a subcommand with the way to it. */
export interface Callable {
  readonly command: APIApplicationCommand;
  /** `['story', 'generate']`. */
  readonly words: readonly string[];
  /** The same way with its translations. */
  readonly names: readonly Named[];
  /** Types of the containers on the way: group, subcommand. */
  readonly containers: readonly OptionType[];
  readonly options: readonly APIApplicationCommandBasicOption[];
}

/** Everything that `userId` may call in `channel`, as Discord's command menu would list it. */
export function callables(world: World, channel: Channel, userId: string): Callable[] {
  return [...world.commands.values()]
    .filter((command) => command.type === ApplicationCommandType.ChatInput && offered(world, command, channel, userId))
    .flatMap((command) => unfold(command, [command], [], command.options ?? []));
}

/** @throws UserError `unknown-command`, listing what there is. */
export function findCallable(world: World, channel: Channel, userId: string, call: string): Callable {
  const list = callables(world, channel, userId);
  const words = call.replace(/^\//, '').trim().split(/\s+/).join(' ');
  const found = list.find((callable) => callable.words.join(' ') === words);
  if (found) return found;
  const known = list.map((callable) => `/${callable.words.join(' ')}`).join(', ') || 'none';
  throw new UserError('unknown-command', {
    expected: `one of the commands offered here (${known})`,
    got: `/${words}`,
    todo: 'Check the spelling, the channel and the permissions of the person',
  });
}

function offered(world: World, command: APIApplicationCommand, channel: Channel, userId: string): boolean {
  if (channel.kind === 'dm') {
    const { contexts, dm_permission } = command as { contexts?: number[] | null; dm_permission?: boolean };
    if (command.guild_id !== undefined) return false;
    return contexts ? contexts.includes(InteractionContextType.BotDM) : dm_permission !== false;
  }
  if (command.guild_id !== undefined && command.guild_id !== channel.guildId) return false;
  if (command.contexts && !command.contexts.includes(InteractionContextType.Guild)) return false;
  if (command.nsfw && !channel.ageGated) return false;
  const needed = BigInt(command.default_member_permissions ?? 0);
  return (world.permissions(userId, channel) & needed) === needed;
}

function unfold(
  command: APIApplicationCommand,
  names: readonly Named[],
  containers: readonly OptionType[],
  options: readonly APIApplicationCommandOption[],
): Callable[] {
  const inner = options.flatMap((option) =>
    option.type === OptionType.Subcommand || option.type === OptionType.SubcommandGroup ? [option] : [],
  );
  if (inner.length > 0) {
    return inner.flatMap((option) =>
      unfold(command, [...names, option], [...containers, option.type], option.options ?? []),
    );
  }
  const words = names.map(({ name }) => name);
  return [{ command, words, names, containers, options: options as readonly APIApplicationCommandBasicOption[] }];
}
