import { ButtonStyle, ComponentType } from 'discord.js';
import type { Field } from './field.ts';

/** https://docs.discord.com/developers/components/reference (characters and counts). */
export const COMPONENT_LIMITS = {
  rows: 5,
  buttons: 5,
  customId: 100,
  label: 80,
  url: 512,
  placeholder: 150,
  options: 25,
  optionText: 100,
} as const;

export const SELECT_TYPES: readonly number[] = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
];

/** Remembers custom ids and component ids of one message or modal: both must be unique in it. */
export class ComponentNames {
  readonly #customIds = new Set<string>();
  readonly #ids = new Set<number>();

  customId(component: Field): void {
    const field = component.at('custom_id');
    const id = field.text({ min: 1, max: COMPONENT_LIMITS.customId, required: true });
    if (id === undefined) return;
    if (this.#customIds.has(id))
      field.refuse('COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
    this.#customIds.add(id);
  }

  componentId(component: Field): void {
    const field = component.at('id');
    const id = field.integer({ min: 0 });
    if (!id) return;
    if (this.#ids.has(id)) field.refuse('COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
    this.#ids.add(id);
  }
}

export function checkButton(button: Field, names: ComponentNames): void {
  const style = button.at('style').integer({ min: 1, max: 6, required: true });
  const label = button.at('label').text({ max: COMPONENT_LIMITS.label });
  checkEmoji(button.at('emoji'));
  button.at('disabled').boolean();
  if (style === ButtonStyle.Premium) {
    button.at('sku_id').text({ min: 1, required: true });
    return;
  }
  if (!label && !button.at('emoji').present) {
    button.refuse('BUTTON_COMPONENT_NOT_LABELED', 'Button must have a label or an emoji');
  }
  if (style === ButtonStyle.Link) {
    button.at('url').text({ min: 1, max: COMPONENT_LIMITS.url, required: true });
    if (button.at('custom_id').present) {
      button.refuse(
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A custom id and url cannot both be specified',
      );
    }
  } else names.customId(button);
}

/** @param inModal a select in a modal may be required and takes no `disabled`. */
export function checkSelect(select: Field, names: ComponentNames, inModal = false): void {
  names.customId(select);
  select.at('placeholder').text({ max: COMPONENT_LIMITS.placeholder });
  const least = select.at('min_values').integer({ min: 0, max: COMPONENT_LIMITS.options }) ?? 1;
  const most = select.at('max_values').integer({ min: 1, max: COMPONENT_LIMITS.options }) ?? 1;
  if (least > most)
    select.at('min_values').refuse('SELECT_MIN_VALUES_TOO_LARGE', 'min_values must not exceed max_values');
  if (inModal) select.at('required').boolean();
  else select.at('disabled').boolean();
  if (select.value && (select.value as { type?: unknown }).type !== ComponentType.StringSelect) return;
  const options = select.at('options').items({ min: 1, max: COMPONENT_LIMITS.options, required: true });
  const values = new Set<string>();
  for (const option of options) {
    option.at('label').text({ min: 1, max: COMPONENT_LIMITS.optionText, required: true });
    option.at('description').text({ max: COMPONENT_LIMITS.optionText });
    checkEmoji(option.at('emoji'));
    const value = option.at('value').text({ min: 1, max: COMPONENT_LIMITS.optionText, required: true });
    if (value === undefined) continue;
    if (values.has(value))
      option
        .at('value')
        .refuse('SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The specified option value is already used');
    values.add(value);
  }
  if (most > options.length && options.length > 0) {
    select
      .at('max_values')
      .refuse('SELECT_MAX_VALUES_TOO_LARGE', `max_values must not exceed the number of options (${options.length})`);
  }
}

function checkEmoji(emoji: Field): void {
  if (!emoji.present) return;
  if (!emoji.at('id').present && !isUnicodeEmoji(String(emoji.at('name').value ?? ''))) {
    emoji.refuse('BUTTON_COMPONENT_INVALID_EMOJI', 'Invalid emoji');
  }
}

// Keycaps, flags, and pictographs with skin tones, joined or alone.
const PICTOGRAPH = '\\p{Emoji}\\p{Emoji_Modifier}?\\uFE0F?';
const UNICODE_EMOJI = new RegExp(
  `^(?:[0-9#*]\\uFE0F?\\u20E3|\\p{Regional_Indicator}{2}|${PICTOGRAPH}(?:\\u200D${PICTOGRAPH})*[\\u{E0020}-\\u{E007F}]*)$`,
  'u',
);

export function isUnicodeEmoji(name: string): boolean {
  return UNICODE_EMOJI.test(name) && !/^[0-9#*]\uFE0F?$/.test(name);
}
