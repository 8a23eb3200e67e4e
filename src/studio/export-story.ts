import { strToU8, zipSync } from 'fflate';
import { exportPdf } from './export-pdf.ts';
import { type PageSources, renderShown, type ShownStory, showStory } from './story-page.ts';
import type { ExportedFile, ExportFormat } from './studio.ts';

/** Letters of a file's name, without its ending. */
const NAME_LENGTH = 60;
/** ZIP has times; the same story gives the same bytes. */
const ZIP_TIME = new Date(Date.UTC(2020, 0, 1));

/**
 * A story as a file: its page as PNG, its panels as PNGs with a text file in a ZIP, or its page as a PDF.
 * @throws UserError `story-not-found`, `story-not-drawn`, `blob-missing`, `blob-corrupt`
 */
export async function exportStory(sources: PageSources, storyId: string, format: ExportFormat): Promise<ExportedFile> {
  const shown = await showStory(sources, storyId);
  const page = await renderShown(sources, shown);
  const name = fileName(shown.story.title);
  switch (format) {
    case 'png':
      return { name: `${name}.png`, mediaType: 'image/png', bytes: page.png };
    case 'pdf':
      return { name: `${name}.pdf`, mediaType: 'application/pdf', bytes: await exportPdf(shown.story, page) };
    case 'zip':
      return {
        name: `${name}.zip`,
        mediaType: 'application/zip',
        bytes: await zipPanels(sources, shown, page.png, name),
      };
  }
}

async function zipPanels({ blobs }: PageSources, shown: ShownStory, page: Buffer, name: string): Promise<Buffer> {
  const files: Record<string, Uint8Array> = { [`${name}.png`]: page, 'story.txt': strToU8(describeStory(shown)) };
  for (const { place, caption, take } of shown.panels) {
    if (!take) continue;
    const { bytes } = await blobs.get(take.pictureHash);
    files[`${String(place).padStart(2, '0')} ${fileName(caption)}.png`] = bytes;
  }
  // PNGs are compressed already.
  return Buffer.from(zipSync(files, { level: 0, mtime: ZIP_TIME }));
}

function describeStory({ story, panels }: ShownStory): string {
  const lines = panels.map(({ place, caption, take }) => {
    if (!take) return `${place}. ${caption}\n   (not drawn)`;
    return `${place}. ${caption}\n   ${take.prompt}\n   revision ${take.revision}`;
  });
  return [
    story.title === '' ? 'A story by Troupe' : story.title,
    ...lines,
    `Seed: ${story.seed}`,
    `Model: ${story.model}`,
    '',
  ].join('\n\n');
}

/** What any file system takes as a name. */
function fileName(text: string): string {
  const clean = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}\p{ExtPict} '’,!.-]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const short = [...clean]
    .slice(0, NAME_LENGTH)
    .join('')
    .replace(/^[. ]+|[. ]+$/gu, '');
  return short === '' ? 'story' : short;
}
