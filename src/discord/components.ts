import {
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APIMediaGalleryComponent,
  type APIStringSelectComponent,
  type APITextDisplayComponent,
  ButtonStyle,
  ComponentType,
} from 'discord.js';

import type { Messages } from '../i18n/messages.ts';

/** Discord's limits: https://docs.discord.com/developers/components/reference */
const MAX_OPTIONS = 25;
const MAX_OPTION_TEXT = 100;
const MAX_TEXT = 3900;
const MAX_CONTENT = 2000;
const ROOM_FOR_REST = 60;

/** The colours of a message's edge. */
export const ACCENT = { working: 0xe8a33d, done: 0x4f9d69, trouble: 0xc0504d } as const;

export function text(content: string): APITextDisplayComponent {
  return { type: ComponentType.TextDisplay, content: shorten(content, MAX_TEXT) };
}

export function container(accent: number, components: readonly APIComponentInContainer[]): APIContainerComponent {
  return { type: ComponentType.Container, accent_color: accent, components: [...components] };
}

export function picture(name: string, altText: string, spoiler = false): APIMediaGalleryComponent {
  const items = [{ media: { url: `attachment://${name}` }, description: altText, spoiler }];
  return { type: ComponentType.MediaGallery, items };
}

export function button(
  customId: string,
  label: string,
  { style = ButtonStyle.Secondary, emoji, disabled = false }: ButtonLooks = {},
): APIButtonComponentWithCustomId {
  const common = {
    type: ComponentType.Button,
    custom_id: customId,
    label: shorten(label, 80),
    style,
    disabled,
  } as const;
  return emoji === undefined ? common : { ...common, emoji: { name: emoji } };
}

interface ButtonLooks {
  readonly style?: APIButtonComponentWithCustomId['style'];
  readonly emoji?: string;
  readonly disabled?: boolean;
}

export function row(...buttons: readonly APIButtonComponentWithCustomId[]) {
  return { type: ComponentType.ActionRow as const, components: [...buttons] };
}

export interface Option {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly isDefault?: boolean;
}

/** A row with a menu; options beyond Discord's 25 are left out. */
export function menuRow(customId: string, placeholder: string, options: readonly Option[]) {
  const menu: APIStringSelectComponent = {
    type: ComponentType.StringSelect,
    custom_id: customId,
    placeholder: shorten(placeholder, MAX_OPTION_TEXT),
    options: options.slice(0, MAX_OPTIONS).map(({ label, value, description, isDefault = false }) => ({
      label: shorten(label, MAX_OPTION_TEXT),
      value,
      default: isDefault,
      ...(description && { description: shorten(description, MAX_OPTION_TEXT) }),
    })),
  };
  return { type: ComponentType.ActionRow as const, components: [menu] };
}

/** A heading and as many lines as a message holds, with how many are left out. @param all how many there are */
export function listing(heading: string, lines: readonly string[], t: Messages, all = lines.length): string {
  let content = heading;
  let listed = 0;
  for (const line of lines) {
    if (content.length + line.length + ROOM_FOR_REST > MAX_CONTENT) break;
    content += `\n${line}`;
    listed++;
  }
  return listed < all ? `${content}\n${t.character.more({ count: all - listed })}` : content;
}

/** Never between the halves of a character. */
export function shorten(content: string, most: number): string {
  if (content.length <= most) return content;
  return `${content.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}
