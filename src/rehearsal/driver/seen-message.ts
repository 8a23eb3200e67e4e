import {
  type APIAttachment,
  type APIButtonComponentWithCustomId,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  type APISelectMenuComponent,
  ComponentType,
} from 'discord.js';
import { isThinking, type StoredMessage } from '../state/messages.ts';
import { SELECT_TYPES } from '../validation/component-parts.ts';

type AnyComponent = { type: number; content?: string; components?: AnyComponent[]; accessory?: AnyComponent };

/** A message as somebody in the channel sees it. Live: it shows the latest edit. */
export class SeenMessage {
  readonly stored: StoredMessage;

  constructor(stored: StoredMessage) {
    this.stored = stored;
  }

  get id(): string {
    return this.stored.id;
  }

  get channelId(): string {
    return this.stored.channelId;
  }

  get authorId(): string {
    return this.stored.authorId;
  }

  get content(): string {
    return this.stored.wire.content;
  }

  get embeds(): readonly APIEmbed[] {
    return this.stored.wire.embeds;
  }

  get components(): readonly APIMessageTopLevelComponent[] {
    return this.stored.wire.components ?? [];
  }

  get attachments(): readonly APIAttachment[] {
    return this.stored.wire.attachments;
  }

  get edited(): boolean {
    return this.stored.wire.edited_timestamp !== null;
  }

  /** "… is thinking". */
  get thinking(): boolean {
    return isThinking(this.stored);
  }

  /** Id of the one person who sees it, if ephemeral. */
  get onlyFor(): string | undefined {
    return this.stored.onlyFor;
  }

  /** Emoji to the ids of the people who chose it. */
  get reactions(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.stored.reactions;
  }

  /** All words of the message: content, embeds and text displays, a line each. */
  get text(): string {
    const embeds = this.embeds.flatMap(({ title, description, fields, footer }) => [
      title,
      description,
      ...(fields ?? []).map(({ name, value }) => `${name}: ${value}`),
      footer?.text,
    ]);
    const displays = this.#all().map(({ content }) => content);
    return [this.content, ...embeds, ...displays].filter(Boolean).join('\n');
  }

  /** Buttons that can send something, in order. */
  get buttons(): readonly APIButtonComponentWithCustomId[] {
    return this.#all().filter(
      (component) => component.type === ComponentType.Button && 'custom_id' in component,
    ) as unknown as APIButtonComponentWithCustomId[];
  }

  get selects(): readonly APISelectMenuComponent[] {
    return this.#all().filter(({ type }) => SELECT_TYPES.includes(type)) as unknown as APISelectMenuComponent[];
  }

  #all(): AnyComponent[] {
    const flatten = (list: readonly AnyComponent[]): AnyComponent[] =>
      list.flatMap((component) => [
        component,
        ...flatten(component.components ?? []),
        ...(component.accessory ? [component.accessory] : []),
      ]);
    return flatten(this.components as unknown as AnyComponent[]);
  }
}
