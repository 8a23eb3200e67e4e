import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import { messagesFor } from '../i18n/languages.ts';
import type { Log } from '../log.ts';
import { actorOf, askerOf, placeOf, scopeOf } from './asker.ts';
import type { BotServices } from './bot-services.ts';
import type { Action, AnySubcommand, Asked, Command, Pressed, PressInteraction, Suggestion } from './command.ts';
import type { CommandTable } from './command-loader.ts';
import type { OptionSpec } from './command-options.ts';
import { parseCustomId } from './custom-id.ts';
import { answerError, note } from './error-boundary.ts';
import { missingPermissions } from './permissions.ts';
import { readOptions } from './read-options.ts';

/** Discord's limits on autocompletion. */
const MAX_SUGGESTIONS = 25;
const MAX_SUGGESTION_LENGTH = 100;

/** Brings what people do to the command or action that it is for. */
export class InteractionRouter {
  readonly #table: CommandTable;
  readonly #services: BotServices;
  readonly #log: Log;

  constructor(table: CommandTable, services: BotServices, log: Log) {
    this.#table = table;
    this.#services = services;
    this.#log = log;
  }

  /** Never rejects: what goes wrong is answered, and logged if it is our doing. */
  async route(interaction: Interaction): Promise<void> {
    const t = messagesFor(interaction.locale);
    try {
      if (interaction.isAutocomplete()) await this.#autocomplete(interaction);
      else if (interaction.isChatInputCommand()) await this.#command(interaction);
      else if (interaction.isMessageComponent() || interaction.isModalSubmit()) await this.#press(interaction);
    } catch (error) {
      if (interaction.isAutocomplete()) note(error, this.#log);
      else await answerError(interaction, error, t, this.#log);
    }
  }

  async #command(interaction: ChatInputCommandInteraction): Promise<void> {
    const { command, subcommand } = this.#find(interaction);
    requirePermissions(command, interaction);
    const values = readOptions(interaction.options, subcommand.options);
    const opening = { values, interaction, t: messagesFor(interaction.locale), locale: interaction.locale };
    const form = subcommand.opens?.(opening);
    if (form) {
      await interaction.showModal(form);
      return;
    }
    await interaction.deferReply(subcommand.answers === 'public' ? {} : { flags: MessageFlags.Ephemeral });
    await interaction.editReply(await subcommand.execute({ ...(await this.#asked(interaction)), ...opening }));
  }

  async #autocomplete(interaction: AutocompleteInteraction): Promise<void> {
    const { subcommand } = this.#find(interaction);
    const { name, value } = interaction.options.getFocused(true);
    const suggest = suggesterOf(subcommand.options[name]);
    const call = { ...(await this.#asked(interaction)), interaction };
    const suggestions = (await suggest?.(String(value), call)) ?? [];
    await interaction.respond(suggestions.slice(0, MAX_SUGGESTIONS).map(fitting));
  }

  async #press(interaction: PressInteraction): Promise<void> {
    const id = parseCustomId(interaction.customId);
    const action = id && this.#table.actions.get(id.action);
    const t = messagesFor(interaction.locale);
    if (!action) {
      await interaction.reply({ content: t.common.oldMessage, flags: MessageFlags.Ephemeral });
      return;
    }
    const pressed: Pressed = {
      marker: id.marker,
      args: id.args,
      chosen: interaction.isAnySelectMenu() ? interaction.values : [],
      fields: interaction.isModalSubmit() ? fieldsOf(interaction) : {},
      interaction,
      t,
      locale: interaction.locale,
    };
    const form = interaction.isModalSubmit() ? undefined : action.opens?.(pressed);
    if (form && interaction.isMessageComponent()) await interaction.showModal(form);
    else await this.#act(action, pressed);
  }

  async #act(action: Action, pressed: Pressed): Promise<void> {
    const { interaction } = pressed;
    // A form that a command opened has no message to update.
    const updates = action.answers === 'update' && (interaction.isMessageComponent() || interaction.isFromMessage());
    if (updates) await interaction.deferUpdate();
    else await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const answer = await action.execute({ ...(await this.#asked(interaction)), ...pressed });
    if (answer) await interaction.editReply(answer);
  }

  #find(interaction: ChatInputCommandInteraction | AutocompleteInteraction): {
    command: Command;
    subcommand: AnySubcommand;
  } {
    const command = this.#table.commands.get(interaction.commandName);
    const name = interaction.options.getSubcommand(false);
    const subcommand = name === null ? command?.run : command?.subcommands?.[name];
    // Registered by another version of the bot.
    if (!command || !subcommand) throw new Error(`There is no command "${interaction.commandName} ${name ?? ''}".`);
    return { command, subcommand };
  }

  async #asked(interaction: Interaction): Promise<Asked> {
    const actor = actorOf(interaction);
    const settings = await this.#services.store.settings.get(scopeOf(actor));
    return {
      asker: askerOf(actor, settings),
      roles: actor.roles,
      settings,
      missing: missingPermissions(interaction.appPermissions, placeOf(actor.channel, actor.guildId)),
      services: this.#services,
      t: messagesFor(interaction.locale),
      locale: interaction.locale,
    };
  }
}

/** Discord hides such commands; a server can show them to others, who are refused here. */
function requirePermissions(
  { memberPermissions }: Command,
  { memberPermissions: has }: ChatInputCommandInteraction,
): void {
  if (memberPermissions === undefined || has === null || has.has(memberPermissions)) return;
  throw new UserError('moderators-only', {
    expected: 'a member who may manage this',
    got: 'one who may not',
    todo: 'Ask a moderator.',
  });
}

function suggesterOf(spec: OptionSpec | undefined) {
  return spec && 'suggest' in spec ? spec.suggest : undefined;
}

function fitting({ name, value }: Suggestion): Suggestion {
  return { name: name.slice(0, MAX_SUGGESTION_LENGTH) || '…', value };
}

function fieldsOf({ fields }: ModalSubmitInteraction): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...fields.fields.values()].map((field) => [field.customId, 'value' in field ? String(field.value) : '']),
  );
}
