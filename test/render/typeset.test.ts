import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadFonts } from '../../src/render/canvas.ts';
import { linePitch, maxBlockHeight, type TextBlock, type TextStyle, typeset } from '../../src/render/typeset.ts';
import { type CaptionReport, SCRIPTS } from '../support/caption-report.ts';

const STYLE: TextStyle = { face: 'text', sizePixels: 22, color: '#3a2e28' };
const WIDTH = 384;

/** Pixels that are clearly coloured, which only emoji are. */
function colouredPixels({ bitmap }: TextBlock): number {
  let count = 0;
  for (let i = 0; bitmap && i < bitmap.rgba.length; i += 4) {
    const [r = 0, g = 0, b = 0, a = 0] = bitmap.rgba.subarray(i, i + 4);
    if (a > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 60) count++;
  }
  return count;
}

describe('typeset', () => {
  beforeAll(loadFonts);

  it.each([
    ['one line', 'fox', 1],
    ['line breaks', 'one\ntwo\n\n\nthree', 3],
    ['Arabic', 'مرحبا', 1],
    ['Thai and Devanagari', 'สวัสดี\nहिन्दी', 2],
    ['an emoji', '🦊', 1],
  ])('given %s, then its height is that of its lines', async (_name, text, lines) => {
    const block = await typeset(text, STYLE, WIDTH, 4);
    expect(block.lines).toBe(lines);
    expect(block.bitmap?.height).toBe(block.height);
    expect(Math.abs(block.height - lines * linePitch(STYLE))).toBeLessThan(linePitch(STYLE) / 2);
    expect(block.shortened).toBe(false);
  });

  it.each([1, 2, 4])('given far too much text, then it ends in an ellipsis after %i lines', async (maxLines) => {
    const block = await typeset('the fox walks on '.repeat(700), STYLE, WIDTH, maxLines);
    expect(block.lines).toBe(maxLines);
    expect(block.shortened).toBe(true);
    expect(block.bitmap?.width).toBeLessThanOrEqual(WIDTH);
  });

  it.each([200, 792, 1200, 3000])('given one short line in %i pixels, then nothing is cut', async (width) => {
    const block = await typeset('seed 7', { ...STYLE, sizePixels: 17 }, width, 1);
    expect(block).toMatchObject({ lines: 1, shortened: false });
  });

  it('given emoji at both ends, then they are drawn whole and in colour', async () => {
    const inside = await typeset('x 🦊 🦊 x', STYLE, WIDTH, 1);
    const atEnds = await typeset('🦊 x x 🦊', STYLE, WIDTH, 1);
    expect(colouredPixels(inside)).toBeGreaterThan(200);
    expect(Math.abs(colouredPixels(atEnds) - colouredPixels(inside))).toBeLessThan(0.05 * colouredPixels(inside));
  });

  it('given markup, then it is drawn as letters', async () => {
    const markup = await typeset('<b>&amp;</b>', STYLE, WIDTH, 1);
    const stripped = await typeset('&', STYLE, WIDTH, 1);
    expect(markup.bitmap?.width ?? 0).toBeGreaterThan(3 * (stripped.bitmap?.width ?? 0));
  });

  it('given nothing to draw, then there is no bitmap', async () => {
    expect(await typeset(' \u0000\u202e\n', STYLE, WIDTH, 4)).toEqual({
      bitmap: undefined,
      lines: 0,
      height: 0,
      shortened: false,
    });
  });

  it('given lines that mix scripts, then none is cut at the top or bottom', async () => {
    for (const width of [150, 250, 400]) {
      const { bitmap, height, shortened } = await typeset(SCRIPTS, STYLE, width, 8);
      expect(shortened).toBe(false);
      expect(height).toBeLessThanOrEqual(maxBlockHeight(STYLE, 8));
      const row = (y: number) => bitmap?.rgba.subarray(y * bitmap.width * 4, (y + 1) * bitmap.width * 4) ?? [];
      expect(Math.max(...row(0))).toBe(0);
      expect(Math.max(...row(height - 1))).toBe(0);
    }
  });

  it('given a machine without any font, then every script is drawn, and as on one with fonts', async () => {
    const without = await reportWithFonts('');
    const withSystem = await reportWithFonts('<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>');
    expect(without.digest).toBe(withSystem.digest);
    const [missing, ...drawn] = without.inkSizes;
    for (const size of drawn) expect(size).not.toBe(missing);
  });
});

/** What another process draws whose fontconfig knows these folders only; one rendering style, to compare bytes. */
async function reportWithFonts(folders: string): Promise<CaptionReport> {
  const cache = await mkdtemp(join(tmpdir(), 'troupe-fonts-'));
  try {
    const config = join(cache, 'fonts.conf');
    await writeFile(config, `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${cache}</cachedir></fontconfig>`);
    const program = fileURLToPath(new URL('../support/caption-report.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], {
      env: { ...process.env, FONTCONFIG_FILE: config },
    });
    return JSON.parse(stdout);
  } finally {
    await rm(cache, { recursive: true });
  }
}
