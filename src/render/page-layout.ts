export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Order of panels in a row. */
export type Direction = 'ltr' | 'rtl';

/** Small pictures are enlarged by whole factors to about this; the pocket model's 128 becomes 384. */
const DISPLAY_SIDE = 384;
/** Many viewers refuse or blur larger sides. */
export const MAX_PAGE_SIDE = 4096;
/** Discord takes 10 MiB for an upload: room for 1.16 bytes per pixel; pages of pocket panels were measured at 0.4 to 0.6. */
export const MAX_PAGE_PIXELS = 9_000_000;
/** Step of the search for a scale that fits, once whole factors are too large. */
const SHRINK_STEP = 0.9;
const MIN_DISPLAY_SIDE = 32;

const WANTED_ASPECT = 1.2; // columns over rows: chats show wide pages larger, phones tall ones
const EMPTY_CELL_PENALTY = 2;

/** The even number of columns: close to the wanted aspect with few empty cells; 4 -> 2, 6 -> 3, 9 -> 3, 12 -> 4, 40 -> 8. */
export function chooseColumns(panelCount: number): number {
  let best = 1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= panelCount; columns++) {
    const rows = Math.ceil(panelCount / columns);
    const empty = rows * columns - panelCount;
    const cost = Math.abs(Math.log(columns / rows / WANTED_ASPECT)) + (EMPTY_CELL_PENALTY * empty) / columns;
    if (cost < bestCost) {
      bestCost = cost;
      best = columns;
    }
  }
  return best;
}

/** Sizes at which panels may be shown, best first: whole factors down to 1, then ever smaller. */
export function displaySizes({ width, height }: Size): Size[] {
  const largestFactor = Math.max(1, Math.round(DISPLAY_SIDE / Math.max(width, height)));
  const scales: number[] = [];
  for (let factor = largestFactor; factor >= 1; factor--) scales.push(factor);
  for (let scale = SHRINK_STEP; scale * Math.max(width, height) >= MIN_DISPLAY_SIDE; scale *= SHRINK_STEP) {
    scales.push(scale);
  }
  return scales.map((scale) => ({
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  }));
}

/** True when a page of this size may be sent. */
export function pageFits({ width, height }: Size): boolean {
  return width <= MAX_PAGE_SIDE && height <= MAX_PAGE_SIDE && width * height <= MAX_PAGE_PIXELS;
}

export interface PageRow {
  /** Cells in this row, at most `columns`. */
  readonly cells: number;
  /** Height kept above the row, for a label. */
  readonly labelHeight: number;
  /** Height of the tallest caption under this row. */
  readonly captionHeight: number;
}

export interface PagePlan {
  readonly columns: number;
  readonly panel: Size;
  readonly rows: readonly PageRow[];
  readonly titleHeight: number;
  readonly footerHeight: number;
  readonly direction: Direction;
  readonly centreLastRow: boolean;
}

export interface PageLayout extends Size {
  readonly title: Rect;
  readonly footer: Rect;
  readonly labels: readonly Rect[];
  /** In reading order. */
  readonly panels: readonly Rect[];
  readonly captions: readonly Rect[];
}

/** Space between things, all from the panel's width so that a page looks alike at every size. */
export function spacing(panel: Size): { margin: number; gutter: number; captionGap: number } {
  return {
    margin: Math.round(panel.width / 12),
    gutter: Math.round(panel.width / 16),
    captionGap: Math.round(panel.width / 32),
  };
}

/** Places everything on the page; a pure function of the plan, in whole pixels. */
export function layoutPage(plan: PagePlan): PageLayout {
  const { columns, panel, rows, direction } = plan;
  const { margin, gutter, captionGap } = spacing(panel);
  const inner = columns * panel.width + (columns - 1) * gutter;
  const width = inner + 2 * margin;
  const title: Rect = { left: margin, top: margin, width: inner, height: plan.titleHeight };
  let top = margin + (plan.titleHeight > 0 ? plan.titleHeight + gutter : 0);
  const labels: Rect[] = [];
  const panels: Rect[] = [];
  const captions: Rect[] = [];
  rows.forEach((row, index) => {
    labels.push({ left: margin, top, width: inner, height: row.labelHeight });
    top += row.labelHeight;
    const missing = plan.centreLastRow ? columns - row.cells : 0;
    const indent = Math.round((missing * (panel.width + gutter)) / 2);
    for (let cell = 0; cell < row.cells; cell++) {
      const offset = indent + cell * (panel.width + gutter);
      const left = direction === 'ltr' ? margin + offset : width - margin - offset - panel.width;
      panels.push({ left, top, width: panel.width, height: panel.height });
      captions.push({ left, top: top + panel.height + captionGap, width: panel.width, height: row.captionHeight });
    }
    top += panel.height + (row.captionHeight > 0 ? captionGap + row.captionHeight : 0);
    if (index < rows.length - 1) top += gutter;
  });
  const footerTop = top + (plan.footerHeight > 0 ? gutter : 0);
  const footer: Rect = { left: margin, top: footerTop, width: inner, height: plan.footerHeight };
  return { width, height: footerTop + plan.footerHeight + margin, title, footer, labels, panels, captions };
}
