import {
  type APIApplicationCommandBasicOption,
  type APIAttachment,
  ApplicationCommandOptionType as OptionType,
} from 'discord.js';
import { UserError } from '../../errors/user-error.ts';
import type { UploadedFile } from '../state/attachment-shelf.ts';
import { type Channel, uploadLimit } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { memberWithoutUser, userObject } from '../wire/people.ts';
import { channelObject, roleObject } from '../wire/places.ts';

/** People, channels and roles are given by key, name or id; attachments as files. */
export type OptionValue = string | number | boolean | UploadedFile;
export type OptionValues = Readonly<Record<string, OptionValue | undefined>>;

export interface FilledOption {
  readonly name: string;
  readonly type: OptionType;
  readonly value: string | number | boolean;
  focused?: boolean;
}

export interface Resolved {
  users?: Record<string, unknown>;
  members?: Record<string, unknown>;
  channels?: Record<string, unknown>;
  roles?: Record<string, unknown>;
  attachments?: Record<string, APIAttachment>;
}

export interface FilledOptions {
  readonly options: FilledOption[];
  readonly resolved: Resolved;
}

/**
 * Turns what a person typed into options as Discord sends them.
 * @param strict false while typing (autocomplete): nothing is required yet, nothing too short.
 * @throws UserError as Discord's own form would complain.
 */
export function fillOptions(
  world: World,
  channel: Channel,
  wanted: readonly APIApplicationCommandBasicOption[],
  values: OptionValues,
  strict = true,
): FilledOptions {
  const unknown = Object.keys(values).find((name) => !wanted.some((option) => option.name === name));
  if (unknown !== undefined) {
    const names = wanted.map(({ name }) => name).join(', ') || 'none';
    throw complaint('unknown-option', `one of the command's options (${names})`, unknown, 'Check its name');
  }
  const filled: FilledOptions = { options: [], resolved: {} };
  for (const option of wanted) {
    const value = values[option.name];
    if (value === undefined) {
      if (strict && option.required) {
        throw complaint('missing-option', `a value for the option "${option.name}"`, 'none', 'Fill it in');
      }
      continue;
    }
    const sent = strict ? strictValue(world, channel, option, value, filled.resolved) : (value as string | number);
    filled.options.push({ name: option.name, type: option.type, value: sent });
  }
  return filled;
}

function strictValue(
  world: World,
  channel: Channel,
  option: APIApplicationCommandBasicOption,
  value: OptionValue,
  resolved: Resolved,
): string | number | boolean {
  const { name } = option;
  const shown = typeof value === 'object' ? `the file ${value.name}` : JSON.stringify(value);
  const wrong = (expected: string) =>
    complaint('wrong-option-value', `${expected} for "${name}"`, shown, 'Change the value');
  switch (option.type) {
    case OptionType.String: {
      if (typeof value !== 'string') throw wrong('a text');
      const {
        min_length = 0,
        max_length = 6000,
        choices,
      } = option as { min_length?: number; max_length?: number; choices?: { value: string }[] };
      const length = [...value].length;
      if (length < min_length || length > max_length) throw wrong(`${min_length} to ${max_length} characters`);
      if (choices?.length && !choices.some((choice) => choice.value === value)) {
        throw wrong(`one of ${choices.map((choice) => choice.value).join(', ')}`);
      }
      return value;
    }
    case OptionType.Integer:
    case OptionType.Number: {
      const whole = option.type === OptionType.Integer;
      if (typeof value !== 'number' || (whole && !Number.isSafeInteger(value)))
        throw wrong(whole ? 'a whole number' : 'a number');
      const { min_value, max_value, choices } = option as {
        min_value?: number;
        max_value?: number;
        choices?: { value: number }[];
      };
      if (min_value !== undefined && value < min_value) throw wrong(`at least ${min_value}`);
      if (max_value !== undefined && value > max_value) throw wrong(`at most ${max_value}`);
      if (choices?.length && !choices.some((choice) => choice.value === value)) throw wrong('one of the choices');
      return value;
    }
    case OptionType.Boolean:
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    case OptionType.Attachment: {
      if (typeof value !== 'object') throw wrong('a file');
      if (value.bytes.byteLength > uploadLimit(world.guildOf(channel))) throw wrong('a smaller file');
      const attachment = world.attachments.add(value);
      resolved.attachments = { ...resolved.attachments, [attachment.id]: attachment };
      return attachment.id;
    }
    default: {
      const kinds = {
        [OptionType.User]: 'user',
        [OptionType.Channel]: 'channel',
        [OptionType.Role]: 'role',
        [OptionType.Mentionable]: 'any',
      } as const;
      const id =
        typeof value === 'string' ? resolveReference(world, channel, kinds[option.type], value, resolved) : undefined;
      if (id === undefined) throw wrong(`a known ${OptionType[option.type].toLowerCase()}`);
      return id;
    }
  }
}

/** Finds a person, channel or role by id, key or name; adds it to `resolved`. */
export function resolveReference(
  world: World,
  channel: Channel,
  kind: 'user' | 'channel' | 'role' | 'any',
  given: string,
  resolved: Resolved,
): string | undefined {
  const guild = world.guildOf(channel);
  const called = ({ id, name }: { id: string; name: string }) => id === given || name === given;
  if (kind === 'user' || kind === 'any') {
    const person = [...world.people.values()].find((candidate) => called(candidate) || candidate.key === given);
    if (person) {
      resolved.users = { ...resolved.users, [person.id]: userObject(person) };
      if (guild?.members.has(person.id)) {
        resolved.members = {
          ...resolved.members,
          [person.id]: { ...memberWithoutUser(guild, person.id), permissions: '0' },
        };
      }
      return person.id;
    }
  }
  if (kind === 'channel') {
    const found = [...world.channels.values()].find(
      (candidate) => called(candidate) && candidate.guildId === channel.guildId,
    );
    if (found)
      resolved.channels = { ...resolved.channels, [found.id]: { ...channelObject(world, found), permissions: '0' } };
    return found?.id;
  }
  const role = kind === 'user' ? undefined : [...(guild?.roles.values() ?? [])].find(called);
  if (role) resolved.roles = { ...resolved.roles, [role.id]: roleObject(role) };
  return role?.id;
}

function complaint(code: string, expected: string, got: string, todo: string): UserError {
  return new UserError(code, { expected, got, todo });
}
