/** Marks stacked on one letter beyond this leave the line and cover the panel above ("zalgo" text). */
const MAX_COMBINING_MARKS = 3;

const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029\v\f]/gu;
// Bidirectional overrides and isolates: a caption may not reorder what stands around it.
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/gu;
// Control, surrogate, private and unassigned characters have no glyph: they would come out as boxes.
const WITHOUT_GLYPH = /[^\P{Cc}\n]|\p{Cs}|\p{Co}|\p{Cn}/gu;
const STACKED_MARKS = new RegExp(`(\\p{M}{${MAX_COMBINING_MARKS}})\\p{M}+`, 'gu');

/** What may be drawn of a text: no controls, single spaces, at most one line break in a row. */
export function cleanCaption(text: string): string {
  return text
    .replace(LINE_BREAKS, '\n')
    .replace(/\t/gu, ' ')
    .replace(DIRECTION_CONTROLS, '')
    .replace(WITHOUT_GLYPH, '')
    .replace(STACKED_MARKS, '$1')
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n[ \n]*/gu, '\n')
    .trim();
}

const MARKUP_ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes a text plain for Pango's and SVG's markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => MARKUP_ESCAPES[character] ?? character);
}

/** The text's user-perceived characters: emoji sequences and letters with their marks stay whole. */
export function graphemesOf(text: string): string[] {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** How far back a shortened text looks for a space, so that it ends with a whole word. */
const WORD_END_SEARCH = 12;

/** The first `count` graphemes and an ellipsis, cut at the end of a word if one is near. */
export function shorten(graphemes: readonly string[], count: number): string {
  if (count >= graphemes.length) return graphemes.join('');
  const endsInsideWord = !/^\s+$/u.test(graphemes[count] ?? ' ');
  let end = count;
  if (endsInsideWord) {
    for (let i = count - 1; i > 0 && i >= count - WORD_END_SEARCH; i--) {
      if (/^\s+$/u.test(graphemes[i] ?? '')) {
        end = i;
        break;
      }
    }
  }
  return `${graphemes
    .slice(0, end)
    .join('')
    .trimEnd()
    .replace(/[,;:.–-]+$/u, '')}…`;
}
