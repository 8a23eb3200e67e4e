import type { Layer } from './canvas.ts';
import type { Rect } from './page-layout.ts';
import { THEME } from './theme.ts';
import type { TextBlock, TextStyle } from './typeset.ts';

export const MAX_CAPTION_LINES = 4;
export const MAX_TITLE_LINES = 2;
export const MAX_FOOTER_LINES = 1;

const CAPTION_OF_PANEL = 1 / 17;
const MIN_CAPTION_PIXELS = 9; // below this the face is not legible
const TITLE_OF_CAPTION = 1.75;
const LABEL_OF_CAPTION = 1.2;
const FOOTER_OF_CAPTION = 0.75;

export interface PageStyles {
  readonly title: TextStyle;
  readonly label: TextStyle;
  readonly caption: TextStyle;
  readonly footer: TextStyle;
}

/** Text sizes follow the panel's width. */
export function pageStyles(panelWidth: number): PageStyles {
  const caption = Math.max(MIN_CAPTION_PIXELS, Math.round(panelWidth * CAPTION_OF_PANEL));
  return {
    title: { face: 'title', sizePixels: Math.round(caption * TITLE_OF_CAPTION), color: THEME.ink },
    label: { face: 'title', sizePixels: Math.round(caption * LABEL_OF_CAPTION), color: THEME.ink },
    caption: { face: 'text', sizePixels: caption, color: THEME.ink },
    footer: { face: 'text', sizePixels: Math.round(caption * FOOTER_OF_CAPTION), color: THEME.faintInk },
  };
}

/** The text's layer, in the middle of its box or at the reading direction's start. */
export function placeText(block: TextBlock, box: Rect, align: 'left' | 'centre' | 'right' = 'centre'): Layer[] {
  if (!block.bitmap) return [];
  const slack = box.width - block.bitmap.width;
  const offset = { left: 0, centre: slack >> 1, right: slack }[align];
  return [{ bitmap: block.bitmap, left: box.left + offset, top: box.top }];
}
