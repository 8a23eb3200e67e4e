import { describe, expect, it } from 'vitest';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { renderGrid } from '../../src/render/grid.ts';
import { MAX_PAGE_PIXELS, MAX_PAGE_SIDE } from '../../src/render/page-layout.ts';
import { readStoryMetadata } from '../../src/render/story-metadata.ts';
import { type Box, boxOf, isPlain, panelColour, type Rgb, solidPanel } from '../support/solid-panels.ts';

const METADATA = { seed: 7, model: 'pocket', panels: [{ prompt: 'a fox' }], settings: { steps: 30 } };
const PAPER: Rgb = [0xfd, 0xf8, 0xee];

async function draw(captions: readonly string[], side = 128, more: { title?: string; direction?: 'rtl' } = {}) {
  const panels = captions.map((caption, index) => ({ image: solidPanel(index, side), caption }));
  const result = await renderGrid({ panels, metadata: METADATA, ...more });
  const page = await decodePicture(result.png);
  return { ...result, page, boxes: captions.map((_, index) => requireBox(page, index)) };
}

function requireBox(page: RasterImage, index: number): Box {
  const box = boxOf(page, panelColour(index));
  if (!box) throw new Error(`Panel ${index + 1} is not on the page`);
  return box;
}

describe('renderGrid', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 2],
    [5, 3],
    [9, 3],
    [12, 4],
    [40, 8],
  ])('given %i panels, then they stand in %i even columns inside the page', async (count, columns) => {
    const { page, width, height, boxes } = await draw(Array.from({ length: count }, (_, i) => `Panel ${i + 1}`));
    expect([page.width, page.height]).toEqual([width, height]);
    expect(Math.max(width, height)).toBeLessThanOrEqual(MAX_PAGE_SIDE);
    expect(width * height).toBeLessThanOrEqual(MAX_PAGE_PIXELS);
    const [first] = boxes as [Box];
    boxes.forEach((box, index) => {
      const rowStart = boxes[index - (index % columns)] as Box;
      expect(box.right - box.left).toBe(first.right - first.left);
      expect(box.bottom - box.top).toBe(first.bottom - first.top);
      expect(box.top).toBe(rowStart.top);
      const lastRow = Math.floor(index / columns) === Math.floor((count - 1) / columns);
      if (!lastRow || count % columns === 0) expect(box.left).toBe((boxes[index % columns] as Box).left);
      if (index % columns > 0) expect(box.left).toBeGreaterThan((boxes[index - 1] as Box).right);
    });
    const last = boxes.slice(-(count % columns || columns));
    const centre = ((last[0] as Box).left + (last.at(-1) as Box).right) / 2;
    expect(Math.abs(centre - (width - 1) / 2)).toBeLessThanOrEqual(1);
  });

  it('given pocket panels of 128 pixels, then they are enlarged three times', async () => {
    const { boxes } = await draw(['one', 'two']);
    const [box] = boxes as [Box];
    expect(box.right - box.left + 1).toBeGreaterThan(384 * 0.95); // the outline lies on the picture
    expect(box.right - box.left + 1).toBeLessThanOrEqual(384);
  });

  it('given twelve panels of 1024 pixels, then the page stays below its limits', async () => {
    const image = solidPanel(0, 1024);
    const panels = Array.from({ length: 12 }, () => ({ image, caption: 'word '.repeat(200) }));
    const { width, height } = await renderGrid({ title: 'T '.repeat(300), panels, metadata: METADATA });
    expect(Math.max(width, height)).toBeLessThanOrEqual(MAX_PAGE_SIDE);
    expect(width * height).toBeLessThanOrEqual(MAX_PAGE_PIXELS);
  });

  it.each([
    ['emoji', 'a fox 🦊👩‍👩‍👧‍👦🏳️‍🌈 and 1️⃣ heart ❤️'],
    ['Arabic', 'الثعلب يقرأ كتابا في غرفة النوم <b>'],
    ['Hebrew with a direction override', '\u202eהשועל רוקד על החוף'],
    ['Chinese, Japanese, Korean', '狐狸在森林里读书。キツネが踊る。여우가 뛴다'],
    ['10,000 characters without a space', 'x'.repeat(10_000)],
    ['10,000 emoji', '🦊'.repeat(10_000)],
    ['markup', '<b>&amp;</b></span><span size="99999">'],
    ['controls and lone surrogates', 'a\u0000b\u0007c\ud800d\r\n\r\n\r\ne\u2028f'],
    ['stacked marks', `z${'\u0351'.repeat(500)}algo`],
    ['nothing but spaces', ' \n\t '],
  ])('given a caption of %s, then panels and gutters stay as they are', async (_name, caption) => {
    const plain = await draw(['one', 'two', 'three', 'four']);
    const odd = await draw([caption, 'two', caption, caption]);
    expect(odd.page.width).toBe(plain.page.width);
    expect(odd.boxes.slice(0, 2)).toEqual(plain.boxes.slice(0, 2));
    odd.boxes.forEach((box, index) => {
      const same = plain.boxes[index] as Box;
      expect([box.left, box.right, box.bottom - box.top]).toEqual([same.left, same.right, same.bottom - same.top]);
    });
    const [leftBox, rightBox] = odd.boxes as [Box, Box];
    const middle = (leftBox.right + rightBox.left) >> 1;
    const bottom = odd.page.height - 1;
    expect(isPlain(odd.page, { left: middle - 4, right: middle + 4, top: 0, bottom }, PAPER)).toBe(true);
    expect(isPlain(odd.page, { left: 0, right: leftBox.left - 6, top: 0, bottom }, PAPER)).toBe(true);
  });

  it('given captions of different lengths in a row, then the next row starts below the tallest', async () => {
    const short = await draw(['one', 'two', 'three', 'four']);
    const long = await draw(['one', 'word '.repeat(15), 'three', 'four']);
    const top = (page: { boxes: Box[] }, index: number) => (page.boxes[index] as Box).top;
    expect(top(long, 2)).toBe(top(long, 3));
    expect(top(long, 2)).toBeGreaterThan(top(short, 2));
  });

  it('given reading from the right, then the first panel stands at the right', async () => {
    const { boxes } = await draw(['one', 'two', 'three'], 128, { direction: 'rtl' });
    const lefts = boxes.map((box) => box.left);
    expect(lefts).toEqual([...lefts].sort((a, b) => b - a));
  });

  it('given the same story twice, then the bytes are the same, and carry it', async () => {
    const [one, two] = [
      await draw(['fox 🦊', '狐'], 64, { title: 'T' }),
      await draw(['fox 🦊', '狐'], 64, { title: 'T' }),
    ];
    expect(one.png.equals(two.png)).toBe(true);
    expect(readStoryMetadata(one.png)).toEqual(METADATA);
    expect(one.altText).toBe('“T”, a story in 2 panels: 1. fox 🦊; 2. 狐');
  });

  it('given numbers, then each badge is drawn inside its own panel', async () => {
    const panels = [0, 1].map((index) => ({ image: solidPanel(index), caption: 'c', number: index + 1 }));
    const numbered = await decodePicture((await renderGrid({ panels, metadata: METADATA })).png);
    const { page, boxes } = await draw(['c', 'c']);
    const changed = boxes.map(() => 0);
    for (let i = 0; i < page.width * page.height; i++) {
      const differs = [0, 1, 2].some((channel) => page.rgb[i * 3 + channel] !== numbered.rgb[i * 3 + channel]);
      if (!differs) continue;
      const [x, y] = [i % page.width, Math.floor(i / page.width)];
      const owner = boxes.findIndex((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
      expect(owner).toBeGreaterThanOrEqual(0);
      changed[owner] = (changed[owner] ?? 0) + 1;
    }
    for (const pixels of changed) expect(pixels).toBeGreaterThan(500);
  });

  it('given no panels or wrong pixels, then it says so', async () => {
    await expect(draw([])).rejects.toMatchObject({ code: 'no-panels' });
    const broken = { image: { width: 4, height: 4, rgb: new Uint8Array(5) }, caption: '' };
    await expect(renderGrid({ panels: [broken], metadata: METADATA })).rejects.toMatchObject({
      code: 'panel-pixels',
      context: { panel: 1 },
    });
  });
});
