import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  InteractionEditReplyOptions,
  MessageComponentInteraction,
  ModalBuilder,
  ModalSubmitInteraction,
} from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import type { Asker } from '../studio/studio.ts';
import type { BotServices } from './bot-services.ts';
import type { OptionSpecs, OptionValues } from './command-options.ts';

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
  opens?(call: Call<OptionValues<O>>): ModalBuilder | undefined;
  execute(call: Call<OptionValues<O>>): Promise<Answer>;
}

/** A subcommand whose options' types are forgotten; only `subcommand` makes one. */
export interface AnySubcommand {
  readonly options: OptionSpecs;
  readonly answers?: 'ephemeral' | 'public';
  opens?(call: Call<Readonly<Record<string, unknown>>>): ModalBuilder | undefined;
  execute(call: Call<Readonly<Record<string, unknown>>>): Promise<Answer>;
}

/** What came, from whom, in which language, and what may be used to answer it. */
export interface Asked {
  readonly asker: Asker;
  /** The texts of the asker's language. */
  readonly t: Messages;
  /** Discord's locale of the asker, "de" for instance. */
  readonly locale: string;
  readonly services: BotServices;
}

export interface Call<Values> extends Asked {
  readonly values: Values;
  readonly interaction: ChatInputCommandInteraction;
}

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
  opens?(press: Press): ModalBuilder | undefined;
  /** `undefined` leaves a message that would be updated as it is. */
  execute(press: Press): Promise<Answer | undefined>;
}

export interface Press extends Asked {
  /** The marker of the posted message (src/store/posted-messages.ts) that the custom id carries; '' for none. */
  readonly marker: string;
  /** The custom id's further parts. */
  readonly args: readonly string[];
  /** What was chosen in a menu. */
  readonly chosen: readonly string[];
  /** What was filled into a form, by the fields' custom ids. */
  readonly fields: Readonly<Record<string, string>>;
  readonly interaction: MessageComponentInteraction | ModalSubmitInteraction;
}

/** Mentions never ping: the client's `allowedMentions` is none. */
export type Answer = Pick<InteractionEditReplyOptions, 'content' | 'embeds' | 'files' | 'components' | 'flags'>;

export function defineCommand(command: Command): Command {
  return command;
}

export function subcommand<const O extends OptionSpecs>(definition: Subcommand<O>): AnySubcommand {
  // Sound: the router fills `values` by the very same `options` (read-options.ts).
  return definition as unknown as AnySubcommand;
}
