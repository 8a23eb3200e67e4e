import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../src/render/canvas.ts';
import { renderRows } from '../../src/render/rows.ts';
import { renderStrip } from '../../src/render/strip.ts';
import { type Box, boxOf, panelColour, solidPanel } from '../support/solid-panels.ts';

describe('renderRows', () => {
  it('given two rows, then the same panel stands in the same column of both', async () => {
    const rows = [0, 1].map((row) => ({
      label: row === 0 ? 'Plain' : 'Consistent 🦊',
      images: [0, 1, 2].map((column) => solidPanel(row * 3 + column)),
    }));
    const result = await renderRows({ title: 'Twice', rows, captions: ['one', 'x'.repeat(5000), 'ثلاثة'] });
    const page = await decodePicture(result.png);
    const boxes = Array.from({ length: 6 }, (_, index) => boxOf(page, panelColour(index)) as Box);
    for (const column of [0, 1, 2]) {
      const [upper, lower] = [boxes[column] as Box, boxes[column + 3] as Box];
      expect([lower.left, lower.right]).toEqual([upper.left, upper.right]);
      expect(lower.top).toBeGreaterThan(upper.bottom);
      expect([upper.top, lower.top]).toEqual([(boxes[0] as Box).top, (boxes[3] as Box).top]);
    }
    expect(result.altText).toMatch(/^“Twice”, a story in 3 panels: 1\. one; 2\. x/u);
  });

  it('given no images, then it says so', async () => {
    await expect(renderRows({ rows: [{ label: 'Plain', images: [] }] })).rejects.toMatchObject({ code: 'no-panels' });
  });
});

describe('renderStrip', () => {
  it.each([
    [4, 128],
    [9, 128],
    [40, 64],
    [2, 1024],
  ])('given %i panels of %i pixels, then a small strip shows each in order', async (count, side) => {
    const { webp, width, height } = await renderStrip(Array.from({ length: count }, (_, i) => solidPanel(i, side)));
    const strip = await decodePicture(webp);
    expect([strip.width, strip.height]).toEqual([width, height]);
    expect(width).toBeLessThanOrEqual(1024);
    expect(webp.length).toBeLessThan(40_000);
    for (let i = 0; i < count; i++) {
      const x = Math.floor(((i + 0.5) * width) / count);
      const at = ((height >> 1) * width + x) * 3;
      panelColour(i).forEach((value, channel) => {
        expect(Math.abs((strip.rgb[at + channel] ?? 0) - value)).toBeLessThan(12); // lossy
      });
    }
  });
});
