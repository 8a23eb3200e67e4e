import { type APIApplicationCommandOptionChoice, ComponentType, PermissionFlagsBits } from 'discord.js';
import { UserError } from '../../errors/user-error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { findMentions } from '../rest/mentions.ts';
import type { UploadedFile } from '../state/attachment-shelf.ts';
import { createInteraction, type Interaction, type NewInteraction } from '../state/interactions.ts';
import { addReaction, postMessage, removeMessage, removeReaction, type StoredMessage } from '../state/messages.ts';
import type { Channel, Person } from '../state/places.ts';
import type { World } from '../state/world.ts';
import { type FilledOption, fillOptions, type OptionValues, type Resolved } from './fill-options.ts';
import { type Callable, callables, findCallable } from './find-command.ts';
import { interactionPayload } from './interaction-payload.ts';
import { chosenValue, fillModal, type ModalValues } from './modal-values.ts';
import { Reply } from './reply.ts';
import { SeenMessage } from './seen-message.ts';
import { until } from './until.ts';

export type MessageRef = string | { readonly id: string };

/** A person at the keyboard, in one channel. Every act is checked as Discord's own client would. */
export class Actor {
  readonly person: Person;
  readonly channel: Channel;
  readonly #world: World;
  readonly #gateway: Gateway;

  constructor(world: World, gateway: Gateway, person: Person, channel: Channel) {
    this.#world = world;
    this.#gateway = gateway;
    this.person = person;
    this.channel = channel;
  }

  /** The commands that the menu behind `/` offers here. */
  commands(): Callable[] {
    return callables(this.#world, this.channel, this.person.id);
  }

  /** `slash('/story generate', { panels: '…' })`. Resolves with the bot's first answer. */
  async slash(call: string, values: OptionValues = {}): Promise<Reply> {
    const callable = findCallable(this.#world, this.channel, this.person.id, call);
    const { options, resolved } = fillOptions(this.#world, this.channel, callable.options, values);
    const label = `/${callable.words.join(' ')}`;
    return this.#ask({ kind: 'command', label }, commandData(callable, options, resolved));
  }

  /** Choices offered while typing `focused` (the last of `values` if not said). */
  async autocomplete(
    call: string,
    values: OptionValues,
    focused = Object.keys(values).at(-1),
  ): Promise<readonly APIApplicationCommandOptionChoice[]> {
    const callable = findCallable(this.#world, this.channel, this.person.id, call);
    const { options, resolved } = fillOptions(this.#world, this.channel, callable.options, values, false);
    const typed = options.find(({ name }) => name === focused);
    if (!typed) throw refusal('missing-option', 'an option that is being typed', String(focused), 'Give it a value');
    typed.focused = true;
    const label = `/${callable.words.join(' ')}`;
    const about = { kind: 'autocomplete', label, choiceType: typed.type } as const;
    const { interaction } = await this.#ask(about, commandData(callable, options, resolved));
    return interaction.answer?.kind === 'choices' ? interaction.answer.choices : [];
  }

  /** Presses the button with this custom id or label. */
  async click(ref: MessageRef, button: string): Promise<Reply> {
    const message = this.#visible(ref);
    const { buttons } = new SeenMessage(message);
    const found = buttons.find(({ custom_id, label }) => custom_id === button || label === button);
    if (!found || found.disabled) {
      const known = buttons.map(({ custom_id }) => custom_id).join(', ') || 'none';
      throw refusal('no-such-button', `an enabled button of the message (${known})`, button, 'Look at the message');
    }
    const data = { custom_id: found.custom_id, component_type: ComponentType.Button, id: found.id };
    return this.#ask({ kind: 'component', label: found.custom_id, source: message }, data);
  }

  /** Chooses in the select menu with this custom id. */
  async select(ref: MessageRef, customId: string, ...values: string[]): Promise<Reply> {
    const message = this.#visible(ref);
    const select = new SeenMessage(message).selects.find(({ custom_id }) => custom_id === customId);
    if (!select || select.disabled)
      throw refusal('no-such-select', 'an enabled select menu', customId, 'Look at the message');
    const { min_values: least = 1, max_values: most = 1 } = select;
    if (values.length < least || values.length > most) {
      throw refusal('wrong-count', `${least} to ${most} values`, String(values.length), 'Choose again');
    }
    const resolved: Resolved = {};
    const chosen = values.map((value) => chosenValue(this.#world, this.channel, select, value, resolved));
    const data = { custom_id: customId, component_type: select.type, id: select.id, values: chosen, resolved };
    return this.#ask({ kind: 'component', label: customId, source: message }, data);
  }

  /** Fills in and sends the modal that answered something before. */
  async submitModal(shown: Reply, values: ModalValues): Promise<Reply> {
    const { modal } = shown;
    const data = fillModal(this.#world, this.channel, modal, values);
    const { source } = shown.interaction;
    return this.#ask({ kind: 'modal', label: modal.custom_id, ...(source && { source }) }, data);
  }

  react(ref: MessageRef, emoji: string): void {
    const message = this.#visible(ref);
    const may = this.#world.permissions(this.person.id, this.channel) & PermissionFlagsBits.AddReactions;
    if (message.onlyFor || (!may && !message.reactions.has(emoji))) {
      throw refusal('may-not-react', 'a message to react to', emoji, 'React to a message that everybody sees');
    }
    addReaction(this.#world, message, emoji, this.person.id);
  }

  unreact(ref: MessageRef, emoji: string): void {
    removeReaction(this.#world, this.#visible(ref), emoji, this.person.id);
  }

  /** Writes an ordinary message. */
  say(text: string, files: readonly UploadedFile[] = []): SeenMessage {
    const content = {
      content: text,
      attachments: files.map((file) => this.#world.attachments.add(file)),
      ...findMentions(this.#world, this.channel, text),
    };
    return new SeenMessage(postMessage(this.#world, { channelId: this.channel.id, authorId: this.person.id, content }));
  }

  /** What this person sees in the channel, oldest first, ephemeral messages to them included. */
  messages(): SeenMessage[] {
    return [...this.#world.messages.values()]
      .filter((message) => this.#sees(message))
      .map((message) => new SeenMessage(message));
  }

  /** Closes an ephemeral message. */
  dismiss(ref: MessageRef): void {
    const message = this.#visible(ref);
    if (message.onlyFor) removeMessage(this.#world, message);
  }

  #sees(message: StoredMessage): boolean {
    const mine = message.onlyFor === undefined || message.onlyFor === this.person.id;
    return message.channelId === this.channel.id && mine;
  }

  #visible(ref: MessageRef): StoredMessage {
    const id = typeof ref === 'string' ? ref : ref.id;
    const message = this.#world.messages.get(id);
    if (!message || !this.#sees(message)) {
      throw refusal(
        'no-such-message',
        `a message that ${this.person.name} sees in #${this.channel.name}`,
        id,
        'Look again',
      );
    }
    return message;
  }

  async #ask(about: Omit<NewInteraction, 'userId' | 'channelId'>, data: unknown): Promise<Reply> {
    const place = { userId: this.person.id, channelId: this.channel.id };
    const interaction: Interaction = createInteraction(this.#world, { ...about, ...place });
    this.#world.events.send({ type: 'interactionCreated', interaction });
    const { guildId } = this.channel;
    const payload = interactionPayload(this.#world, interaction, data);
    this.#gateway.dispatch({ name: 'INTERACTION_CREATE', data: payload, ...(guildId !== undefined && { guildId }) });
    await until(this.#world, () => interaction.answer ?? interaction.failed, { what: `an answer to ${about.label}` });
    if (interaction.failed) {
      throw refusal(
        'no-answer',
        `an answer to ${about.label} within 3 seconds`,
        'none',
        'See whether the bot is up and what it logged',
      );
    }
    return new Reply(this.#world, interaction);
  }
}

function commandData({ command, words, containers }: Callable, options: FilledOption[], resolved: Resolved) {
  const nested = containers.reduceRight<unknown[]>(
    (inner, type, depth) => [{ type, name: words[depth + 1], options: inner }],
    options,
  );
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    options: nested,
    resolved,
    ...(command.guild_id && { guild_id: command.guild_id }),
  };
}

function refusal(code: string, expected: string, got: string, todo: string): UserError {
  return new UserError(code, { expected, got, todo });
}
