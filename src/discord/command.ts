import type {
  AnySelectMenuInteraction,
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  InteractionEditReplyOptions,
  ModalBuilder,
  ModalSubmitInteraction,
} from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { Asker } from '../studio/studio.ts';
import type { BotServices } from './bot-services.ts';
import type { OptionSpecs, OptionValues } from './command-options.ts';
import type { BotPermission } from './permissions.ts';

/**
 * How a command is written (one file each in commands/):
 *
 * ```ts
 * export const command = defineCommand({
 *   name: 'queue',
 *   run: subcommand({
 *     options: { all: { type: 'boolean' } },
 *     execute: async ({ values, asker, services, t }) => ({ content: t.queue.empty }),
 *   }),
 * });
 * ```
 *
 * Names and descriptions are in src/i18n (`commands['queue']`, `commands['queue all']`, …), in every language. The
 * router defers at once, so `execute` has fifteen minutes; it returns what to answer. Whatever it throws becomes an
 * answer too (error-boundary.ts): throw a UserError for what a person can mend.
 */
export interface Command {
  readonly name: string;
  /** Discord shows the command to members with these permissions only (bits); checked again when it is run. */
  readonly memberPermissions?: bigint;
  /** Not offered in direct messages. */
  readonly guildOnly?: boolean;
  readonly run?: AnySubcommand;
  readonly subcommands?: Readonly<Record<string, AnySubcommand>>;
  /** What the command's own buttons, menus and modals do, by the action in their custom ids (custom-id.ts). */
  readonly actions?: Readonly<Record<string, Action>>;
}

export interface Subcommand<O extends OptionSpecs> {
  /** In the order shown; required ones first. */
  readonly options: O;
  /** 'ephemeral' unless said otherwise: only who asked sees the answer. */
  readonly answers?: 'ephemeral' | 'public';
  /** Instead of an answer, a form: decided without waiting for anything, as a form can't follow a deferral. */
  opens?(call: Opening<OptionValues<O>>): ModalBuilder | undefined;
  execute(call: Call<OptionValues<O>>): Promise<Answer>;
}

/** A subcommand whose options' types are forgotten; only `subcommand` makes one. */
export interface AnySubcommand {
  readonly options: OptionSpecs;
  readonly answers?: 'ephemeral' | 'public';
  opens?(call: Opening<Readonly<Record<string, unknown>>>): ModalBuilder | undefined;
  execute(call: Call<Readonly<Record<string, unknown>>>): Promise<Answer>;
}

/** In which language somebody is to be answered. */
export interface Spoken {
  /** The texts of the asker's language. */
  readonly t: Messages;
  /** Discord's locale of the asker, "de" for instance. */
  readonly locale: string;
}

/** From whom something came and where, and what may be used to answer it. */
export interface Asked extends Spoken {
  readonly asker: Asker;
  /** Ids of the asker's roles; none in direct messages. */
  readonly roles: readonly string[];
  /** What is set here. */
  readonly settings: GuildSettings;
  /** What the bot lacks here. */
  readonly missing: readonly BotPermission[];
  readonly services: BotServices;
}

/** All that is known before anything was waited for. */
export interface Opening<Values> extends Spoken {
  readonly values: Values;
  readonly interaction: ChatInputCommandInteraction;
}

export interface Call<Values> extends Asked, Opening<Values> {}

export interface AutocompleteCall extends Asked {
  readonly interaction: AutocompleteInteraction;
}

export interface Suggestion {
  readonly name: string;
  readonly value: string | number;
}

/** A button, a menu or a form of ours, by the action in its custom id. */
export interface Action {
  /** 'ephemeral': a new message for who pressed. 'update': the message pressed on is changed. */
  readonly answers: 'ephemeral' | 'update';
  opens?(press: Pressed): ModalBuilder | undefined;
  /** `undefined` leaves a message that would be updated as it is. */
  execute(press: Press): Promise<Answer | undefined>;
}

export interface Press extends Asked, Pressed {}

export interface Pressed extends Spoken {
  /** The marker of the posted message (src/store/posted-messages.ts) that the custom id carries; '' for none. */
  readonly marker: string;
  /** The custom id's further parts. */
  readonly args: readonly string[];
  /** What was chosen in a menu. */
  readonly chosen: readonly string[];
  /** What was filled into a form, by the fields' custom ids. */
  readonly fields: Readonly<Record<string, string>>;
  readonly interaction: PressInteraction;
}

export type PressInteraction = ButtonInteraction | AnySelectMenuInteraction | ModalSubmitInteraction;

/** Mentions never ping: the client's `allowedMentions` is none. */
export type Answer = Pick<
  InteractionEditReplyOptions,
  'content' | 'embeds' | 'files' | 'attachments' | 'components' | 'flags'
>;

export function defineCommand(command: Command): Command {
  return command;
}

export function subcommand<const O extends OptionSpecs>(definition: Subcommand<O>): AnySubcommand {
  // Sound: the router fills `values` by the very same `options` (read-options.ts).
  return definition as unknown as AnySubcommand;
}
