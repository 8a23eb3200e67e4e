import {
  AttachmentBuilder,
  type CommandInteractionOption,
  type Interaction,
  type ModalSubmitInteraction,
} from 'discord.js';
import type { Messages } from '../i18n/messages.ts';

/** Longer texts are easier to copy from a file. */
const MAX_SHOWN = 1200;
/** Discord's limit on a message. */
const MAX_CONTENT = 2000;
const FENCE = '```';

/** What a person wrote, to be copied and sent again; '' if there is nothing to lose. */
export function typedInput(interaction: Interaction): string {
  if (interaction.isChatInputCommand()) {
    const given = leaves(interaction.options.data);
    const words = [interaction.commandName, interaction.options.getSubcommand(false)].filter(Boolean).join(' ');
    return given.length === 0 ? '' : `/${words} ${given.map(({ name, value }) => `${name}:${value}`).join(' ')}`;
  }
  return interaction.isModalSubmit() ? formTexts(interaction) : '';
}

/** After `text` in an ephemeral message, or as a file where it is long or would break the block. */
export function giveBack(text: string, typed: string, t: Messages): { content: string; files: AttachmentBuilder[] } {
  if (typed === '') return { content: text, files: [] };
  const content = `${text}
${t.common.typed}
${FENCE}
${typed}
${FENCE}`;
  if (typed.length <= MAX_SHOWN && content.length <= MAX_CONTENT && !typed.includes(FENCE))
    return { content, files: [] };
  const file = new AttachmentBuilder(Buffer.from(typed, 'utf8'), { name: 'what-you-typed.txt' });
  return {
    content: `${text}
${t.common.typedInFile}`,
    files: [file],
  };
}

function leaves(options: readonly CommandInteractionOption[]): readonly CommandInteractionOption[] {
  return options.flatMap((option) => (option.options ? leaves(option.options) : [option]));
}

function formTexts(interaction: ModalSubmitInteraction): string {
  const texts = interaction.fields.fields.map((field) => ('value' in field ? String(field.value) : ''));
  return texts.filter((text) => text !== '').join('\n\n');
}
