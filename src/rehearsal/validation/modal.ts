import { ComponentType } from 'discord.js';
import { ComponentNames, checkSelect, SELECT_TYPES } from './component-parts.ts';
import type { Field } from './field.ts';

/** https://docs.discord.com/developers/components/reference#text-input (characters and counts). */
const LIMITS = {
  title: 45,
  rows: 5,
  customId: 100,
  label: 45,
  description: 100,
  placeholder: 100,
  value: 4000,
  text: 4000,
};

/** Checks what answers an interaction with a modal. */
export function checkModal(modal: Field): void {
  modal.at('title').text({ min: 1, max: LIMITS.title, required: true });
  modal.at('custom_id').text({ min: 1, max: LIMITS.customId, required: true });
  const names = new ComponentNames();
  for (const row of modal.at('components').items({ min: 1, max: LIMITS.rows, required: true })) {
    const kinds = [ComponentType.ActionRow, ComponentType.Label, ComponentType.TextDisplay];
    switch (row.at('type').oneOf(kinds, { required: true })) {
      case ComponentType.ActionRow: {
        const inputs = row.at('components').items({ min: 1, max: 1, required: true });
        for (const input of inputs) {
          if (!input.at('type').oneOf([ComponentType.TextInput], { required: true })) continue;
          input.at('label').text({ min: 1, max: LIMITS.label, required: true });
          checkTextInput(input, names);
        }
        break;
      }
      case ComponentType.Label:
        row.at('label').text({ min: 1, max: LIMITS.label, required: true });
        row.at('description').text({ max: LIMITS.description });
        checkLabelled(row.at('component'), names);
        break;
      case ComponentType.TextDisplay:
        row.at('content').text({ min: 1, max: LIMITS.text, required: true });
    }
  }
}

function checkLabelled(input: Field, names: ComponentNames): void {
  const kinds = [ComponentType.TextInput, ComponentType.FileUpload, ...SELECT_TYPES];
  const type = input.at('type').oneOf(kinds, { required: true });
  if (type === ComponentType.TextInput) {
    if (input.at('label').present)
      input.at('label').refuse('BASE_TYPE_NOT_ALLOWED', 'The label belongs to the Label component');
    checkTextInput(input, names);
  } else if (type === ComponentType.FileUpload) {
    names.customId(input);
    input.at('min_values').integer({ min: 0, max: 10 });
    input.at('max_values').integer({ min: 1, max: 10 });
    input.at('required').boolean();
  } else if (type !== undefined) checkSelect(input, names, true);
}

function checkTextInput(input: Field, names: ComponentNames): void {
  names.customId(input);
  input.at('style').oneOf([1, 2], { required: true });
  const least = input.at('min_length').integer({ min: 0, max: LIMITS.value }) ?? 0;
  const most = input.at('max_length').integer({ min: 1, max: LIMITS.value }) ?? LIMITS.value;
  if (least > most)
    input.at('min_length').refuse('TEXT_INPUT_MIN_LENGTH_TOO_LARGE', 'min_length must not exceed max_length');
  input.at('required').boolean();
  input.at('placeholder').text({ max: LIMITS.placeholder });
  const value = input.at('value').text({ max: LIMITS.value });
  const length = value ? [...value].length : 0;
  if (value && (length > most || length < least)) {
    input.at('value').refuse('BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`);
  }
}
