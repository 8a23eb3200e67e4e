import type { RasterImage } from '../engine/raster-image.ts';
import { altText } from './alt-text.ts';
import { composePage, loadFonts } from './canvas.ts';
import type { RenderedPage } from './grid.ts';
import { type Direction, displaySizes, layoutPage, type PagePlan, pageFits } from './page-layout.ts';
import { MAX_CAPTION_LINES, MAX_TITLE_LINES, pageStyles, placeText } from './page-text.ts';
import { requirePanels } from './panel-check.ts';
import { framePanels } from './panel-frame.ts';
import { type StoryMetadata, withStoryMetadata } from './story-metadata.ts';
import { THEME } from './theme.ts';
import { maxBlockHeight, type TextBlock, typeset } from './typeset.ts';

export interface ComparedRow {
  /** For instance "plain" or "consistent". */
  readonly label: string;
  readonly images: readonly RasterImage[];
}

export interface RowsOptions {
  readonly title?: string;
  readonly rows: readonly ComparedRow[];
  /** One per column, shown once below the last row. */
  readonly captions?: readonly string[];
  readonly direction?: Direction;
  readonly metadata?: StoryMetadata;
}

/**
 * Draws the same panels in several labelled rows, column by column comparable: `--compare` and the pictures in docs/.
 * @throws UserError `no-panels`, `panel-pixels`
 */
export async function renderRows(options: RowsOptions): Promise<RenderedPage> {
  const { rows, title = '', captions = [], direction = 'ltr' } = options;
  const images = rows.flatMap((row) => row.images);
  requirePanels(images);
  const columns = Math.max(...rows.map((row) => row.images.length));
  const native = {
    width: Math.max(...images.map((image) => image.width)),
    height: Math.max(...images.map((image) => image.height)),
  };
  const planOf = (panelWidth: number, captionHeight: number): Pick<PagePlan, 'columns' | 'rows' | 'direction'> => ({
    columns,
    direction,
    rows: rows.map((row, index) => ({
      cells: row.images.length,
      labelHeight: row.label ? maxBlockHeight(pageStyles(panelWidth).label, 1) : 0,
      captionHeight: index === rows.length - 1 ? captionHeight : 0,
    })),
  });
  const fixed = { footerHeight: 0, centreLastRow: false };

  const panel =
    displaySizes(native).find((size) => {
      const styles = pageStyles(size.width);
      const captionHeight = captions.length > 0 ? maxBlockHeight(styles.caption, MAX_CAPTION_LINES) : 0;
      const titleHeight = title ? maxBlockHeight(styles.title, MAX_TITLE_LINES) : 0;
      return pageFits(layoutPage({ ...planOf(size.width, captionHeight), ...fixed, panel: size, titleHeight }));
    }) ?? native;

  await loadFonts();
  const styles = pageStyles(panel.width);
  const innerWidth = layoutPage({ ...planOf(panel.width, 0), ...fixed, panel, titleHeight: 0 }).title.width;
  const titleBlock = await typeset(title, styles.title, innerWidth, MAX_TITLE_LINES);
  const labelBlocks: TextBlock[] = [];
  for (const { label } of rows) labelBlocks.push(await typeset(label, styles.label, innerWidth, 1));
  const captionBlocks: TextBlock[] = [];
  for (const caption of captions.slice(0, columns)) {
    captionBlocks.push(await typeset(caption, styles.caption, panel.width, MAX_CAPTION_LINES));
  }
  const captionHeight = Math.max(0, ...captionBlocks.map((block) => block.height));
  const titleHeight = titleBlock.height;
  const layout = layoutPage({ ...planOf(panel.width, captionHeight), ...fixed, panel, titleHeight });

  const framed = images.flatMap((image, index) => {
    const rect = layout.panels[index];
    return rect ? [{ image, rect }] : [];
  });
  // Below the last row, in the columns' places even if that row is the shorter one.
  const { left: firstLeft = 0 } = layout.panels[0] ?? {};
  const step = columns > 1 ? (layout.title.width - panel.width) / (columns - 1) : 0;
  const captionTop = layout.captions.at(-1)?.top ?? 0;
  const layers = [
    ...(await framePanels(framed, layout)),
    ...placeText(titleBlock, layout.title),
    ...labelBlocks.flatMap((block, index) => {
      const box = layout.labels[index];
      return box ? placeText(block, box, direction === 'ltr' ? 'left' : 'right') : [];
    }),
    ...captionBlocks.flatMap((block, column) => {
      const left = Math.round(firstLeft + (direction === 'ltr' ? step : -step) * column);
      return placeText(block, { left, top: captionTop, width: panel.width, height: captionHeight });
    }),
  ];
  const png = await composePage(layout.width, layout.height, THEME.paper, layers);
  const description = `${rows.length} rows (${rows.map((row) => row.label).join(', ')}) of the same panels`;
  return {
    png: options.metadata ? withStoryMetadata(png, options.metadata) : png,
    width: layout.width,
    height: layout.height,
    altText: altText(captions.length > 0 ? captions : rows.map((row) => row.label), title || description),
  };
}
