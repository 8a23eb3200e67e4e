import { upload } from './connection.js';
import { freshId, h } from './dom.js';
import { attachSuggestions } from './suggestions.js';
import { OptionKind } from './types.js';

/** @import { Option, OptionValue } from './types.js' */
/** @import { Room } from './room.js' */

/**
 * One option of a command being filled in.
 * @typedef {{ option: Option, element: HTMLElement, input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement,
 *   problem: () => string, read: () => Promise<OptionValue | undefined>, typed: () => OptionValue | undefined,
 *   set: (value: OptionValue) => void }} Field
 */

/** Texts that may be longer than this get a whole line. */
const LONG_TEXT = 200;

/**
 * @param {Room} room @param {Option} option
 * @param {{ suggest: (option: Option) => Promise<{ name: string, value: string | number }[]>, onremove?: () => void }} about
 * @returns {Field}
 */
export function optionField(room, option, { suggest, onremove }) {
  const id = freshId('option');
  const input = inputFor(room, option, id);
  const isText = input instanceof HTMLTextAreaElement;
  const long = isText && !option.autocomplete && (option.max ?? LONG_TEXT + 1) > LONG_TEXT;
  const label = h('label', { for: id }, option.label, option.required ? '' : '');
  const remove =
    onremove &&
    h('button', { type: 'button', class: 'remove', 'aria-label': `Leave out ${option.label}`, onclick: onremove }, '×');
  const element = h('div', { class: long ? 'field long' : 'field' }, label, input, remove);
  input.required = option.required;
  const suggestions = option.autocomplete
    ? attachSuggestions(element, /** @type {HTMLInputElement} */ (input), () => suggest(option))
    : undefined;
  /** @returns {OptionValue | undefined} */
  const typed = () => {
    const text = input.value;
    if (text === '' || option.type === OptionKind.attachment) return undefined;
    const chosen = suggestions?.valueOf(text);
    if (chosen !== undefined) return chosen;
    if (option.type === OptionKind.boolean) return text === 'true';
    if (option.type === OptionKind.integer || option.type === OptionKind.number) return Number(text);
    return text;
  };
  const read = async () => {
    const file = input instanceof HTMLInputElement ? input.files?.[0] : undefined;
    return file ? upload(file) : typed();
  };
  const set = (/** @type {OptionValue} */ value) => {
    input.value = String(value);
  };
  return { option, element, input, typed, read, set, problem: () => problemOf(option, input) };
}

/** @param {Room} room @param {Option} option @param {string} id */
function inputFor({ store }, option, id) {
  const { type, choices, min, max } = option;
  const pick = (/** @type {{ value: string | number, label: string }[]} */ list) =>
    h(
      'select',
      { id },
      h('option', { value: '' }, option.required ? 'Choose…' : 'Not said'),
      ...list.map(({ value, label }) => h('option', { value: String(value) }, label)),
    );
  if (choices.length > 0) return pick(choices);
  switch (type) {
    case OptionKind.boolean:
      return pick([
        { value: 'true', label: 'Yes' },
        { value: 'false', label: 'No' },
      ]);
    case OptionKind.user:
    case OptionKind.mentionable:
      return pick(store.people.map((person) => ({ value: person.id, label: person.name })));
    case OptionKind.channel:
      return pick(
        store.channels
          .filter(({ kind }) => kind !== 'dm')
          .map((channel) => ({ value: channel.id, label: `#${channel.name}` })),
      );
    case OptionKind.attachment:
      return h('input', { id, type: 'file' });
    case OptionKind.integer:
    case OptionKind.number: {
      if (option.autocomplete) return h('input', { id, type: 'text', inputMode: 'decimal', autocomplete: 'off' });
      const step = type === OptionKind.integer ? '1' : 'any';
      return h('input', { id, type: 'number', step, min: min ?? '', max: max ?? '', placeholder: rangeOf(option) });
    }
    default:
      if (option.autocomplete)
        return h('input', { id, type: 'text', autocomplete: 'off', placeholder: 'Type to search' });
      return h('textarea', { id, rows: 1 });
  }
}

/** @param {Option} option @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input */
function problemOf(option, input) {
  const { label, type, min, max } = option;
  const isFile = type === OptionKind.attachment;
  const empty = isFile ? !(/** @type {HTMLInputElement} */ (input).files?.length) : input.value === '';
  if (empty && input instanceof HTMLInputElement && input.validity.badInput) return `${label} must be a number.`;
  if (empty) return option.required ? `${label} is needed.` : '';
  if (type === OptionKind.integer || type === OptionKind.number) {
    if (option.autocomplete) return '';
    const value = Number(input.value);
    if (Number.isNaN(value) || (type === OptionKind.integer && !Number.isInteger(value)))
      return `${label} must be a whole number.`;
    if (min !== undefined && value < min) return `${label} must be at least ${min}.`;
    if (max !== undefined && value > max) return `${label} must be at most ${max}.`;
  }
  if (type === OptionKind.string && option.choices.length === 0) {
    const { length } = [...input.value];
    if (max !== undefined && length > max) return `${label} is ${length - max} characters too long (at most ${max}).`;
    if (min !== undefined && length < min) return `${label} needs at least ${min} characters.`;
  }
  return '';
}

/** @param {Option} option */
function rangeOf({ min, max }) {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? '' : `at most ${max}`;
}
