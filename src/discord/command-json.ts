import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandOption,
  InteractionContextType,
  ApplicationCommandOptionType as OptionType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { en } from '../i18n/en.ts';
import { translations } from '../i18n/languages.ts';
import type { Messages } from '../i18n/messages.ts';
import type { AnySubcommand, Command } from './command.ts';
import type { OptionSpec } from './command-options.ts';

const OPTION_TYPES = {
  text: OptionType.String,
  integer: OptionType.Integer,
  number: OptionType.Number,
  boolean: OptionType.Boolean,
  picture: OptionType.Attachment,
  role: OptionType.Role,
  channel: OptionType.Channel,
  member: OptionType.User,
} as const satisfies Record<OptionSpec['type'], OptionType>;

/**
 * What is registered with Discord for a command: names and descriptions in all languages.
 * @throws Error if a text is missing in some language
 */
export function commandJson(command: Command): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const { name, memberPermissions, guildOnly, run, subcommands } = command;
  const options: APIApplicationCommandOption[] = run
    ? optionsJson(name, run)
    : Object.entries(subcommands ?? {}).map(
        ([sub, definition]): APIApplicationCommandSubcommandOption => ({
          type: OptionType.Subcommand,
          ...texts(`${name} ${sub}`),
          options: optionsJson(`${name} ${sub}`, definition),
        }),
      );
  return {
    ...texts(name),
    options,
    default_member_permissions: memberPermissions === undefined ? null : String(memberPermissions),
    contexts: guildOnly ? [InteractionContextType.Guild] : [InteractionContextType.Guild, InteractionContextType.BotDM],
  };
}

function optionsJson(path: string, { options }: AnySubcommand): APIApplicationCommandBasicOption[] {
  return Object.entries(options).map(([name, spec]) => optionJson(`${path} ${name}`, spec));
}

function optionJson(path: string, spec: OptionSpec): APIApplicationCommandBasicOption {
  const common = { type: OPTION_TYPES[spec.type], ...texts(path), required: spec.required ?? false };
  if (spec.type === 'text') {
    const choices = spec.choices?.map((value) => ({ value, ...choiceTexts(path, value) }));
    const limits = { min_length: spec.minLength, max_length: spec.maxLength };
    return {
      ...common,
      ...limits,
      choices,
      autocomplete: spec.suggest ? true : undefined,
    } as APIApplicationCommandBasicOption;
  }
  if (spec.type === 'integer' || spec.type === 'number') {
    const limits = { min_value: spec.min, max_value: spec.max };
    const autocomplete = 'suggest' in spec ? true : undefined;
    return { ...common, ...limits, autocomplete } as APIApplicationCommandBasicOption;
  }
  return common as APIApplicationCommandBasicOption;
}

function texts(path: string) {
  const { name, description } = required(en.commands[path], 'en', path);
  const others = translations().map(
    ([locale, { commands }]) => [locale, required(commands[path], locale, path)] as const,
  );
  return {
    name,
    description,
    name_localizations: Object.fromEntries(others.map(([locale, text]) => [locale, text.name])),
    description_localizations: Object.fromEntries(others.map(([locale, text]) => [locale, text.description])),
  };
}

function choiceTexts(path: string, value: string) {
  const of = ({ choices }: Messages, locale: string) => required(choices[path]?.[value], locale, `${path} = ${value}`);
  return {
    name: of(en, 'en'),
    name_localizations: Object.fromEntries(translations().map(([locale, messages]) => [locale, of(messages, locale)])),
  };
}

function required<T>(text: T | undefined, locale: string, path: string): T {
  if (text === undefined) throw new Error(`src/i18n lacks "${path}" in "${locale}".`);
  return text;
}
