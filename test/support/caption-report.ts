// Run as a program by test/render/typeset.test.ts, under different font configurations.
import { createHash } from 'node:crypto';
import { drawText, loadFonts } from '../../src/render/canvas.ts';
import { fontDescription } from '../../src/render/fonts.ts';
import { typeset } from '../../src/render/typeset.ts';

export const SCRIPTS = 'Rusty, Русти, Ρούστι, שלום, مرحبا, 狐狸と猫, 여우, हिन्दी, สวัสดี → ★';

/** A letter of no shipped font (Yi): Pango draws the box of a missing glyph, of one size for all four-digit codes. */
const MISSING = '\ua000';

export interface CaptionReport {
  readonly digest: string;
  /** Ink sizes of the missing glyph's box and of one letter of each script. */
  readonly inkSizes: readonly string[];
}

async function report(): Promise<CaptionReport> {
  await loadFonts();
  const { bitmap } = await typeset(SCRIPTS, { face: 'text', sizePixels: 24, color: '#000000' }, 400, 4);
  const inkSizes: string[] = [];
  for (const letter of [MISSING, 'R', 'Р', 'Ρ', 'ש', 'م', '狐', 'と', '여', 'ह', 'ส', '→', '★']) {
    const { width, height } = await drawText({ markup: letter, font: fontDescription('text', 24), width: 400 });
    inkSizes.push(`${width}x${height}`);
  }
  const digest = createHash('sha256')
    .update(bitmap?.rgba ?? '')
    .digest('hex');
  return { digest, inkSizes };
}

if (process.argv[1]?.endsWith('caption-report.ts')) {
  report().then((result) => process.stdout.write(JSON.stringify(result)));
}
