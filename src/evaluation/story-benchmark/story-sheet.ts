import { decodePicture, encodeWebp, resample } from '../../render/canvas.ts';
import { type ComparedRow, renderRows } from '../../render/rows.ts';
import type { BenchmarkedStory } from './run-stories.ts';
import { panelText } from './story-requests.ts';

/** Pixels: what a page shows, at a fraction of the size. */
const MAX_WIDTH = 1400;
/** 1 to 100 */
const QUALITY = 80;

/** A story as a WebP picture: the canons, and a row for each variant. */
export async function storySheet({ story, canons, variants }: BenchmarkedStory): Promise<Buffer> {
  const names = story.characters.map(({ name }) => name).join(', ');
  const rows = [
    { label: `canon: ${names}`, images: canons.shots.map(({ image }) => image) },
    ...[...variants].map(
      ([label, { drawn }]): ComparedRow => ({ label, images: drawn.shots.map(({ image }) => image) }),
    ),
  ];
  const { png } = await renderRows({ title: story.title, rows, captions: story.shots.map(panelText) });
  const page = await decodePicture(png);
  const width = Math.min(MAX_WIDTH, page.width);
  return encodeWebp(await resample(page, width, Math.round((page.height * width) / page.width)), QUALITY);
}
