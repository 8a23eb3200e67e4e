import { type ComparedRow, renderRows } from '../../render/rows.ts';
import type { BenchmarkedStory } from './run-stories.ts';
import { panelText } from './story-requests.ts';

/** A story as a picture: the canons, and a row for each variant. */
export async function storySheet({ story, canons, variants }: BenchmarkedStory): Promise<Buffer> {
  const names = story.characters.map(({ name }) => name).join(', ');
  const rows = [
    { label: `canon: ${names}`, images: canons.shots.map(({ image }) => image) },
    ...[...variants].map(
      ([label, { drawn }]): ComparedRow => ({ label, images: drawn.shots.map(({ image }) => image) }),
    ),
  ];
  return (await renderRows({ title: story.title, rows, captions: story.shots.map(panelText) })).png;
}
