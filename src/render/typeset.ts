import { type Bitmap, drawText } from './canvas.ts';
import { cleanCaption, escapeMarkup, graphemesOf, shorten } from './caption-text.ts';
import { type FontFace, fontDescription } from './fonts.ts';

export interface TextStyle {
  readonly face: FontFace;
  readonly sizePixels: number;
  /** CSS hex colour. */
  readonly color: string;
}

export interface TextBlock {
  /** Cropped to the ink in width, of whole lines in height. Undefined when there is nothing to draw. */
  readonly bitmap: Bitmap | undefined;
  readonly lines: number;
  /** In pixels: about lines * linePitch(style), at most maxBlockHeight(style, maxLines); 0 when nothing is drawn. */
  readonly height: number;
  /** True when an ellipsis stands for the rest. */
  readonly shortened: boolean;
}

const LINE_HEIGHT = 1.38; // of the font size; Arabic and Thai stack higher than Latin
/** In lines: fonts put their glyphs higher or lower around the baseline, and a block adds up the differences. */
const MIXED_SCRIPT_ALLOWANCE = 0.5;
const PANGO_UNITS = 1024; // per point
// From the top of a capital with a ring to the foot of a descender.
const STRUT = 'Åg';
const FILLER = '|';
const FILLER_RETREAT = 0.98;
// The narrowest letters ("i", "l") take about a quarter of the font size: more never fit on a line.
const MAX_GRAPHEMES_PER_EM = 4.5;

/** Distance of baselines in pixels; a line that mixes scripts is a little higher. */
export function linePitch(style: TextStyle): number {
  return Math.round(style.sizePixels * LINE_HEIGHT);
}

/** The height in pixels that so many lines never exceed, whatever scripts they mix. */
export function maxBlockHeight(style: TextStyle, maxLines: number): number {
  return Math.ceil((maxLines + MIXED_SCRIPT_ALLOWANCE) * linePitch(style));
}

/**
 * Sets a text centred in at most `maxLines` lines of `width` pixels; what does not fit gives way to an ellipsis.
 * The text is plain: markup in it is drawn as it stands. Call loadFonts() once before.
 */
export async function typeset(text: string, style: TextStyle, width: number, maxLines: number): Promise<TextBlock> {
  const cleaned = cleanCaption(text);
  if (cleaned === '') return { bitmap: undefined, lines: 0, height: 0, shortened: false };
  const capacity = Math.ceil((width / style.sizePixels) * MAX_GRAPHEMES_PER_EM * maxLines);
  const graphemes = graphemesOf(cleaned);
  const frame = await measureFrame(style, width);
  const pitch = linePitch(style);
  const attempt = async (count: number): Promise<TextBlock> => {
    const drawn = await drawFramed(escapeMarkup(shorten(graphemes, count)), frame.strut, style, width);
    // From the first strut's top to the last one's: the first strut's own line and the text's lines.
    const height = drawn.height - frame.height - pitch;
    const top = pitch - Math.round((pitch - frame.height) / 2);
    return {
      bitmap: cropToText(drawn, top, height),
      lines: Math.max(1, Math.round(height / pitch)),
      height,
      shortened: count < graphemes.length,
    };
  };

  if (graphemes.length <= capacity) {
    const whole = await attempt(graphemes.length);
    if (whole.height <= maxBlockHeight(style, maxLines)) return whole;
  }
  // The longest beginning that fits: it is non-decreasing in lines, so bisect.
  let fits = 1;
  let tooLong = Math.min(capacity, graphemes.length);
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if ((await attempt(middle)).height <= maxBlockHeight(style, maxLines)) fits = middle;
    else tooLong = middle;
  }
  return attempt(fits);
}

interface Frame {
  /** A line of text about as wide as the block. */
  readonly strut: string;
  /** Height of its ink in pixels. */
  readonly height: number;
}

async function measureFrame(style: TextStyle, width: number): Promise<Frame> {
  const samples = 32;
  const one = await drawLines(STRUT, style, width * samples);
  const many = await drawLines(STRUT + FILLER.repeat(samples), style, width * samples);
  const step = (many.width - one.width) / samples;
  let fillers = Math.max(0, Math.floor((width - one.width) / step) - 1);
  // Ink is measured in whole pixels: over a wide block the estimate may be a few fillers too many, and wrap.
  while (fillers > 0 && (await drawLines(STRUT + FILLER.repeat(fillers), style, width)).height > one.height) {
    fillers = Math.floor(fillers * FILLER_RETREAT);
  }
  return { strut: STRUT + FILLER.repeat(fillers), height: one.height };
}

/**
 * Sets a text between two lines that are in the ink box but not to be seen. Pango crops to the ink, which would move
 * lines up and down with their letters, and it takes colour glyphs for empty, which would cut emoji off at the ends.
 */
function drawFramed(markup: string, strut: string, style: TextStyle, width: number): Promise<Bitmap> {
  const hidden = `<span alpha="1">${strut}</span>`;
  return drawLines(`${hidden}\n${markup}\n${hidden}`, style, width);
}

/** All runs get one absolute height whatever font they come from; a line's height is their union around the baseline. */
function drawLines(markup: string, style: TextStyle, width: number): Promise<Bitmap> {
  return drawText({
    markup: `<span line_height="${linePitch(style) * PANGO_UNITS}" foreground="${style.color}">${markup}</span>`,
    font: fontDescription(style.face, style.sizePixels),
    width,
  });
}

/** Rows [top, top + height), missing ones transparent; columns from the first to the last one that shows something. */
function cropToText(bitmap: Bitmap, top: number, height: number): Bitmap {
  const rows = Math.min(height, bitmap.height - top);
  let first = bitmap.width;
  let last = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < bitmap.width; x++) {
      if (bitmap.rgba[((top + y) * bitmap.width + x) * 4 + 3] === 0) continue;
      first = Math.min(first, x);
      last = Math.max(last, x);
    }
  }
  const width = Math.max(1, last - first + 1);
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < rows; y++) {
    const from = ((top + y) * bitmap.width + Math.min(first, last)) * 4;
    rgba.set(bitmap.rgba.subarray(from, from + width * 4), y * width * 4);
  }
  return { width, height, rgba };
}
