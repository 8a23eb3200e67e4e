import { ApplicationCommandType as CommandType, ApplicationCommandOptionType as OptionType } from 'discord.js';
import { checkChoices, checkLocalised } from './choices.ts';
import type { Field } from './field.ts';

/** https://docs.discord.com/developers/interactions/application-commands (counts and characters). */
const LIMITS = { commands: 100, name: 32, description: 100, options: 25, text: 6000, total: 8000 };
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const CONTAINERS: readonly number[] = [OptionType.Subcommand, OptionType.SubcommandGroup];
const OPTION_TYPES = Array.from({ length: OptionType.Attachment }, (_, index) => index + 1);

/** Checks a whole list, as given to PUT. */
export function checkCommands(list: Field): void {
  const names = new Set<string>();
  for (const command of list.items({ max: LIMITS.commands })) {
    checkCommand(command);
    const { type = CommandType.ChatInput, name } = (command.value ?? {}) as { type?: number; name?: string };
    const key = `${type} ${name}`;
    if (names.has(key))
      command.refuse('APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
    names.add(key);
  }
}

export function checkCommand(command: Field): void {
  const types = [CommandType.ChatInput, CommandType.User, CommandType.Message];
  const type = command.at('type').oneOf(types) ?? CommandType.ChatInput;
  const total = { text: 0 };
  if (type === CommandType.ChatInput) checkNamed(command, total);
  else {
    command.at('name').text({ min: 1, max: LIMITS.name, required: true });
    if (command.at('description').value)
      command
        .at('description')
        .refuse('APPLICATION_COMMAND_INVALID_DESCRIPTION', 'Context menu commands cannot have description');
    if (command.at('options').items().length > 0)
      command.at('options').refuse('APPLICATION_COMMAND_INVALID_OPTIONS', 'Context menu commands cannot have options');
  }
  for (const context of command.at('contexts').items()) context.oneOf([0, 1, 2], { required: true });
  for (const kind of command.at('integration_types').items()) kind.oneOf([0, 1], { required: true });
  const permissions = command.at('default_member_permissions');
  if (permissions.present && !/^\d+$/.test(String(permissions.value)))
    permissions.refuse('BITFIELD_TYPE_CONVERT', 'Must be a permission bit set');
  command.at('nsfw').boolean();
  checkOptions(command.at('options'), 0, total);
  if (total.text > LIMITS.total) {
    command.refuse('APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${LIMITS.total})`);
  }
}

function checkNamed(field: Field, total: { text: number }): void {
  const name = field.at('name').text({ min: 1, max: LIMITS.name, required: true });
  if (name) checkName(field.at('name'));
  checkLocalised(field.at('name_localizations'), (text) => {
    if (text.text({ min: 1, max: LIMITS.name, required: true })) checkName(text);
  });
  const description = field.at('description').text({ min: 1, max: LIMITS.description, required: true });
  checkLocalised(field.at('description_localizations'), (text) => {
    text.text({ min: 1, max: LIMITS.description, required: true });
  });
  total.text += (name?.length ?? 0) + (description?.length ?? 0);
}

function checkName(name: Field): void {
  const text = String(name.value);
  if (!NAME.test(text) || text !== text.toLowerCase()) {
    name.refuse('APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
}

/** @param depth 0 under a command, 1 under a subcommand or group, 2 under a subcommand of a group. */
function checkOptions(options: Field, depth: number, total: { text: number }): void {
  const names = new Set<string>();
  let optionalBefore = false;
  const list = options.items({ max: LIMITS.options });
  const kinds = new Set(list.map((option) => CONTAINERS.includes(Number(option.at('type').value))));
  if (kinds.size > 1) {
    options.refuse(
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    );
  }
  for (const option of list) {
    const type = option.at('type').oneOf(OPTION_TYPES, { required: true });
    checkNamed(option, total);
    const name = String(option.at('name').value);
    if (names.has(name))
      option.at('name').refuse('APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
    names.add(name);
    if (type !== undefined && CONTAINERS.includes(type)) {
      const tooDeep = type === OptionType.Subcommand ? depth > 1 : depth > 0;
      if (tooDeep)
        option.refuse('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Subcommands and groups cannot be nested this deep');
      checkOptions(option.at('options'), type === OptionType.Subcommand ? 2 : 1, total);
      continue;
    }
    const required = option.at('required').boolean() ?? false;
    if (required && optionalBefore)
      option.refuse(
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    optionalBefore ||= !required;
    checkValueOption(option, type);
  }
}

function checkValueOption(option: Field, type: number | undefined): void {
  const choices = option.at('choices');
  checkChoices(choices, type);
  if (option.at('autocomplete').boolean()) {
    if (Array.isArray(choices.value) && choices.value.length > 0)
      choices.refuse('APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES', 'choices cannot be used with autocomplete');
    const typed: readonly (number | undefined)[] = [OptionType.String, OptionType.Integer, OptionType.Number];
    if (!typed.includes(type))
      option
        .at('autocomplete')
        .refuse('APPLICATION_COMMAND_AUTOCOMPLETE_TYPE', 'Only string, integer and number options autocomplete');
  }
  option.at('min_length').integer({ min: 0, max: LIMITS.text });
  option.at('max_length').integer({ min: 1, max: LIMITS.text });
  option.at('min_value').number();
  option.at('max_value').number();
  for (const channel of option.at('channel_types').items()) channel.integer({ min: 0, required: true });
}
