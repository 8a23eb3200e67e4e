import { fileURLToPath } from 'node:url';

/** Where the shipped fonts lie; see assets/fonts/README.md for coverage and licences. */
export const FONT_FILES: readonly string[] = [
  'nunito-semibold.ttf',
  'nunito-extrabold.ttf',
  'noto-sans-hebrew-semibold.ttf',
  'noto-sans-arabic-semibold.ttf',
  'noto-sans-devanagari-semibold.ttf',
  'noto-sans-thai-semibold.ttf',
  'dejavu-sans.ttf',
  'droid-sans-fallback.ttf',
  'troupe-hangul.ttf',
  'twemoji.ttf',
].map((name) => fileURLToPath(new URL(`../../assets/fonts/${name}`, import.meta.url)));

/** `text` for captions and labels, `title` for headings and numbers. */
export type FontFace = 'text' | 'title';

// Pango tries the families in this order for each run of text, so shipped fonts win over the system's.
const FALLBACK_FAMILIES = [
  'Noto Sans Hebrew SemiBold',
  'Noto Sans Arabic SemiBold',
  'Noto Sans Devanagari SemiBold',
  'Noto Sans Thai SemiBold',
  'DejaVu Sans',
  'Droid Sans Fallback',
  'Troupe Hangul',
  'Twemoji Mozilla',
];

const LEADING_FAMILY: Record<FontFace, string> = { text: 'Nunito SemiBold', title: 'Nunito ExtraBold' };

/** A Pango font description: families in order of preference, size in pixels (at 72 dpi). */
export function fontDescription(face: FontFace, sizePixels: number): string {
  return `${[LEADING_FAMILY[face], ...FALLBACK_FAMILIES].join(', ')} ${sizePixels}`;
}
