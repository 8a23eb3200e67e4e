import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import type { Messages } from '../i18n/messages.ts';
import { MAX_PANEL_LENGTH } from '../story/panel-script.ts';
import { MAX_TITLE_LENGTH } from '../story/story-script.ts';
import { assertLoraName } from '../studio/loras.ts';
import type { LoraRequest } from '../studio/studio.ts';
import { customId } from './custom-id.ts';

/** Discord's limit on a text input. */
const MAX_SCRIPT = 4000;
const MAX_CAST = 400;

/** What is known of a story when its form is opened. */
export interface ScriptFormValues {
  readonly title?: string;
  readonly characters?: string;
  readonly seed?: string;
  readonly layout?: string;
  readonly style?: string;
  readonly lora?: LoraRequest;
}

/** Names of the fields; `rest` is for what the form doesn't ask but the command was given. */
export const SCRIPT_FIELDS = {
  title: 'title',
  panels: 'panels',
  characters: 'characters',
  style: 'style',
  seed: 'seed',
} as const;

/**
 * Where a whole story is written. Layout and LoRA, for which a form has no room, travel in the custom id.
 * @throws UserError `lora-unknown` for what can't be the name of one
 */
export function scriptForm(values: ScriptFormValues, t: Messages): ModalBuilder {
  const input = (id: string, most: number, value: string | undefined, style = TextInputStyle.Short) => {
    const field = new TextInputBuilder().setCustomId(id).setStyle(style).setMaxLength(most).setRequired(false);
    return value ? field.setValue(value.slice(0, most)) : field;
  };
  const label = (text: string, field: TextInputBuilder) =>
    new LabelBuilder().setLabel(text).setTextInputComponent(field);
  const panels = input(SCRIPT_FIELDS.panels, MAX_SCRIPT, undefined, TextInputStyle.Paragraph).setRequired(true);
  return new ModalBuilder()
    .setCustomId(customId('script', { args: [values.layout ?? '', ...loraArgs(values.lora)] }))
    .setTitle(t.story.generateForm)
    .addLabelComponents(
      label(t.story.titleField, input(SCRIPT_FIELDS.title, MAX_TITLE_LENGTH, values.title)),
      label(t.story.panelsField, panels.setPlaceholder(t.story.panelsHint)),
      label(t.story.charactersField, input(SCRIPT_FIELDS.characters, MAX_CAST, values.characters)),
      label(t.story.styleField, input(SCRIPT_FIELDS.style, MAX_STYLE_LENGTH, values.style)),
      label(t.story.seedField, input(SCRIPT_FIELDS.seed, MAX_SEED_LENGTH, values.seed)),
    );
}

function loraArgs(lora: LoraRequest | undefined): string[] {
  if (!lora) return [];
  assertLoraName(lora.name);
  return [lora.name, String(lora.weight)];
}

/** The LoRA that a form's custom id has taken along. */
export function readLoraArgs([, name, weight]: readonly string[]): LoraRequest | undefined {
  return name ? { name, weight: Number(weight) } : undefined;
}

export const MAX_STYLE_LENGTH = 200;
/** Digits of the largest 64-bit number. */
export const MAX_SEED_LENGTH = 20;

export function panelForm(storyId: string, marker: string, t: Messages): ModalBuilder {
  const field = new TextInputBuilder()
    .setCustomId('text')
    .setStyle(TextInputStyle.Paragraph)
    .setMaxLength(MAX_PANEL_LENGTH);
  return new ModalBuilder()
    .setCustomId(customId('add-panel', { marker, args: [storyId] }))
    .setTitle(t.story.addForm)
    .addLabelComponents(new LabelBuilder().setLabel(t.story.addField).setTextInputComponent(field));
}
