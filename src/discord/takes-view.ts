import { AttachmentBuilder, ComponentType, type Interaction, MessageFlags } from 'discord.js';
import { fitPicture } from '../render/fit-picture.ts';
import type { Story } from '../store/stories.ts';
import type { Take } from '../store/takes.ts';
import { requirePlace } from './change-story.ts';
import type { Answer, Asked } from './command.ts';
import { ACCENT, button, container, menuRow, row, shorten, text } from './components.ts';
import { customId } from './custom-id.ts';
import { interactionUploadLimit } from './upload-limit.ts';

/** What a media gallery and a message hold. */
const PER_PAGE = 10;
const MAX_ALT_TEXT = 1024;

/**
 * The takes of a panel, the newest first, with menus for another take and another panel.
 * @param place of the panel, from 1
 * @param page from 0; past the end is the last one
 */
export async function takesAnswer(
  asked: Asked,
  interaction: Interaction,
  story: Story,
  place: number,
  page = 0,
): Promise<Answer> {
  const { services, t } = asked;
  requirePlace(story, place);
  const panel = story.panels[place - 1] as Story['panels'][number];
  const takes = await services.store.takes.ofPanel(panel.id);
  const pages = Math.max(1, Math.ceil(takes.length / PER_PAGE));
  const current = Math.min(Math.max(page, 0), pages - 1);
  const numbered = takes.map((take, index) => ({ take, number: index + 1 })).toReversed();
  const here = numbered.slice(current * PER_PAGE, (current + 1) * PER_PAGE);
  const shown = numbered.find(({ take }) => take.id === panel.currentTakeId)?.number;
  const hashes = here.map(({ take }) => take.pictureHash);
  const treatment = await services.pictures.treatment(hashes, asked.settings, asked.asker.isAgeGated);
  const files = await Promise.all(
    (treatment === 'withhold' ? [] : here).map(async ({ take, number }) => {
      const caption = t.story.takeAlt({ panel: place, take: number, caption: panel.caption });
      return takeFile(asked, take, number, Math.floor(interactionUploadLimit(interaction) / PER_PAGE), caption);
    }),
  );
  const id = (action: string, ...args: string[]) => customId(action, { args: [story.id, ...args] });
  const heading = shown === undefined ? t.story.noTakes : t.story.takesOf({ panel: place, shown, total: takes.length });
  const options = here.map(({ take, number }) => ({
    label: t.story.takeOption({ take: number }),
    value: take.id,
    ...(number === shown && { description: t.story.takeShown }),
  }));
  const panels = story.panels.map(({ caption }, index) => ({
    label: t.story.redrawOption({ panel: index + 1 }),
    value: String(index + 1),
    description: caption,
    isDefault: index + 1 === place,
  }));
  const parts = [
    text(heading),
    ...(treatment === 'withhold' ? [text(t.story.withheld)] : []),
    ...(files.length > 0 ? [gallery(files, treatment === 'spoiler')] : []),
    ...(options.length > 0 ? [menuRow(id('take-show', String(place)), t.story.takesMenu, options)] : []),
    ...(panels.length > 1 ? [menuRow(id('takes-panel'), t.story.takesPanelMenu, panels)] : []),
    ...(pages > 1 ? [pager(current, pages, (to) => id('takes-page', String(place), String(to)))] : []),
  ];
  return { components: [container(ACCENT.done, parts)], files, attachments: [], flags: MessageFlags.IsComponentsV2 };
}

async function takeFile({ services }: Asked, take: Take, number: number, most: number, caption: string) {
  const { bytes } = await services.blobs.get(take.pictureHash);
  const fitted = await fitPicture(Buffer.from(bytes), most);
  const name = `take-${number}.${fitted.ending}`;
  return new AttachmentBuilder(fitted.bytes, { name, description: shorten(caption, MAX_ALT_TEXT) });
}

function gallery(files: readonly AttachmentBuilder[], spoiler: boolean) {
  const items = files.map(({ name, description }) => ({
    media: { url: `attachment://${name}` },
    description: description ?? '',
    spoiler,
  }));
  return { type: ComponentType.MediaGallery as const, items };
}

function pager(page: number, pages: number, id: (to: number) => string) {
  return row(
    button(id(page - 1), '◀', { disabled: page === 0 }),
    button(id(page + 1), '▶', { disabled: page === pages - 1 }),
  );
}
