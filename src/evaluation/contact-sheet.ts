import { renderMaskOverlay } from '../render/mask-overlay.ts';
import { type ComparedRow, renderRows } from '../render/rows.ts';
import type { Drawing } from './drawing.ts';
import type { EvaluationStory } from './stories.ts';

/** The rows of the method's picture: what each step of it adds. */
const METHOD_ROWS = ['plain', 'shared', 'all'] as const;

/** One row for each variant that was drawn, and one with the masks of the variant named. */
export async function contactSheet(
  title: string,
  story: EvaluationStory,
  drawings: ReadonlyMap<string, Drawing>,
  masksOf: string,
): Promise<Buffer> {
  const rows = [...drawings].map(([label, drawing]): ComparedRow => ({ label, images: imagesOf(drawing) }));
  const masked = drawings.get(masksOf);
  if (masked) rows.push({ label: `masks of ${masksOf}`, images: overlaysOf(masked) });
  const captions = story.panels.map(({ action, place }) => `${action} ${place}`);
  return (await renderRows({ title, rows, captions })).png;
}

/** Plain, shared attention, everything, masks; undefined if not all of these were drawn. */
export async function methodSheet(
  title: string,
  story: EvaluationStory,
  drawings: ReadonlyMap<string, Drawing>,
): Promise<Buffer | undefined> {
  const rows = new Map(
    METHOD_ROWS.flatMap((name) => {
      const drawing = drawings.get(name);
      return drawing ? [[name, drawing] as const] : [];
    }),
  );
  return rows.size === METHOD_ROWS.length ? contactSheet(title, story, rows, 'all') : undefined;
}

const imagesOf = ({ panels }: Drawing) => panels.map((panel) => panel.image);

const overlaysOf = ({ panels, maskGrid }: Drawing) =>
  panels.map(({ image, mask }) => renderMaskOverlay(image, { ...maskGrid, data: mask }));
