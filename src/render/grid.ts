import type { RasterImage } from '../engine/raster-image.ts';
import { altText } from './alt-text.ts';
import { composePage, loadFonts } from './canvas.ts';
import { chooseColumns, type Direction, displaySizes, layoutPage, type PagePlan, pageFits } from './page-layout.ts';
import { MAX_CAPTION_LINES, MAX_FOOTER_LINES, MAX_TITLE_LINES, pageStyles, placeText } from './page-text.ts';
import { requirePanels } from './panel-check.ts';
import { framePanels } from './panel-frame.ts';
import { type StoryMetadata, withStoryMetadata } from './story-metadata.ts';
import { THEME } from './theme.ts';
import { maxBlockHeight, type TextBlock, typeset } from './typeset.ts';

export interface GridPanel {
  readonly image: RasterImage;
  readonly caption: string;
  /** Shown in the panel's corner when given. */
  readonly number?: number;
}

export interface GridOptions {
  readonly title?: string;
  readonly panels: readonly GridPanel[];
  /** Default: an even page for this number of panels. */
  readonly columns?: number;
  /** Order of the panels in a row; texts find their own direction. Default 'ltr'. */
  readonly direction?: Direction;
  readonly footer?: string;
  readonly metadata: StoryMetadata;
}

export interface RenderedPage {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  /** For the picture's description, within Discord's limit. */
  readonly altText: string;
}

/**
 * Draws a storybook page: title, panels in even rows, captions below them. Long captions end in an ellipsis; alt text
 * and metadata keep more of them. The same options give the same bytes.
 * @throws UserError `no-panels`, `panel-pixels`
 */
export async function renderGrid(options: GridOptions): Promise<RenderedPage> {
  const { panels, title = '', footer = '', direction = 'ltr' } = options;
  requirePanels(panels.map((panel) => panel.image));
  const columns = Math.min(panels.length, Math.max(1, Math.floor(options.columns ?? chooseColumns(panels.length))));
  const captioned = panels.some((panel) => panel.caption.trim() !== '');
  const native = {
    width: Math.max(...panels.map((panel) => panel.image.width)),
    height: Math.max(...panels.map((panel) => panel.image.height)),
  };
  const rowsOf = (captionHeights: (row: number) => number): PagePlan['rows'] =>
    Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) => ({
      cells: Math.min(columns, panels.length - row * columns),
      labelHeight: 0,
      captionHeight: captionHeights(row),
    }));
  const plan = { columns, direction, centreLastRow: true };

  // Choose the size as if every text took all its lines, so that the real page is never larger than allowed.
  const sizes = displaySizes(native);
  const panel =
    sizes.find((size) => {
      const styles = pageStyles(size.width);
      const captionHeight = captioned ? maxBlockHeight(styles.caption, MAX_CAPTION_LINES) : 0;
      const titleHeight = title ? maxBlockHeight(styles.title, MAX_TITLE_LINES) : 0;
      const footerHeight = footer ? maxBlockHeight(styles.footer, MAX_FOOTER_LINES) : 0;
      return pageFits(
        layoutPage({ ...plan, panel: size, rows: rowsOf(() => captionHeight), titleHeight, footerHeight }),
      );
    }) ?? native;

  await loadFonts();
  const styles = pageStyles(panel.width);
  const innerWidth = layoutPage({ ...plan, panel, rows: rowsOf(() => 0), titleHeight: 0, footerHeight: 0 }).title.width;
  const titleBlock = await typeset(title, styles.title, innerWidth, MAX_TITLE_LINES);
  const footerBlock = await typeset(footer, styles.footer, innerWidth, MAX_FOOTER_LINES);
  const captions: TextBlock[] = [];
  for (const { caption } of panels) {
    captions.push(await typeset(caption, styles.caption, panel.width, MAX_CAPTION_LINES));
  }
  const layout = layoutPage({
    ...plan,
    panel,
    rows: rowsOf((row) => Math.max(...captions.slice(row * columns, (row + 1) * columns).map((block) => block.height))),
    titleHeight: titleBlock.height,
    footerHeight: footerBlock.height,
  });

  const framed = panels.flatMap(({ image, number }, index) => {
    const rect = layout.panels[index];
    return rect ? [{ image, rect, number }] : [];
  });
  const layers = [
    ...(await framePanels(framed, layout)),
    ...placeText(titleBlock, layout.title),
    ...captions.flatMap((block, index) => {
      const box = layout.captions[index];
      return box ? placeText(block, box) : [];
    }),
    ...placeText(footerBlock, layout.footer),
  ];
  const png = await composePage(layout.width, layout.height, THEME.paper, layers);
  return {
    png: withStoryMetadata(png, options.metadata),
    width: layout.width,
    height: layout.height,
    altText: altText(
      panels.map((each) => each.caption),
      title,
    ),
  };
}
