import { AttachmentBuilder, type Interaction, MessageFlags } from 'discord.js';
import { UserError } from '../errors/user-error.ts';
import type { Story } from '../store/stories.ts';
import type { ExportFormat } from '../studio/studio.ts';
import type { Answer, Asked } from './command.ts';
import { ACCENT, button, container, row, text } from './components.ts';
import { customId } from './custom-id.ts';
import { interactionUploadLimit } from './upload-limit.ts';

export const EXPORT_FORMATS = ['png', 'zip', 'pdf'] as const satisfies readonly ExportFormat[];
const MIB = 1024 * 1024;

/** @throws UserError `export-too-large`, `picture-withheld` */
export async function exportAnswer(
  { services, settings, asker }: Asked,
  interaction: Interaction,
  story: Story,
  format: ExportFormat,
): Promise<Answer> {
  const hashes = (await services.store.takes.shownOf(story.id)).map(({ pictureHash }) => pictureHash);
  if ((await services.pictures.treatment(hashes, settings, asker.isAgeGated)) === 'withhold') {
    throw new UserError('picture-withheld', {
      expected: 'a story whose pictures are shown here',
      got: 'one with a picture that is withheld',
      todo: 'Redraw that panel.',
    });
  }
  const { bytes, name } = await services.studio.exportStory(story.id, format);
  if (bytes.byteLength > interactionUploadLimit(interaction)) {
    throw new UserError('export-too-large', {
      expected: 'a file that may be uploaded here',
      got: `${(bytes.byteLength / MIB).toFixed(1)} MiB`,
      todo: 'Export another format.',
    });
  }
  return { files: [new AttachmentBuilder(bytes, { name })] };
}

/** A button for each format. */
export function exportChoice(story: Story, { t }: Asked): Answer {
  const names = t.choices['story export format'] ?? {};
  const buttons = EXPORT_FORMATS.map((format) =>
    button(customId('export-as', { args: [story.id, format] }), names[format] ?? format),
  );
  return {
    components: [container(ACCENT.done, [text(t.story.exportAs), row(...buttons)])],
    flags: MessageFlags.IsComponentsV2,
  };
}
