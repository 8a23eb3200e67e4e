import { describe, expect, it } from 'vitest';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { renderCorrespondence } from '../../src/render/correspondence-picture.ts';
import { renderHeatmap } from '../../src/render/heatmap.ts';
import { renderMaskOverlay } from '../../src/render/mask-overlay.ts';
import { viridis } from '../../src/render/viridis.ts';
import { panelColour, solidPanel } from '../support/solid-panels.ts';

const pixel = (image: RasterImage, x: number, y: number): number[] =>
  Array.from(image.rgb.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3));

describe('viridis', () => {
  it('given values of the published table, then it is within 2 of 255', () => {
    const published = [
      [0, 68, 1, 84],
      [37, 69, 50, 127],
      [100, 42, 118, 142],
      [128, 32, 144, 140],
      [200, 112, 206, 86],
      [255, 253, 231, 36],
    ];
    const worst = Math.max(
      ...published.flatMap(([index = 0, ...rgb]) =>
        viridis(index / 255).map((value, channel) => Math.abs(value - (rgb[channel] ?? 0))),
      ),
    );
    console.info(`viridis: maximal difference ${worst} of 255`);
    expect(worst).toBeLessThanOrEqual(2);
  });
});

describe('renderHeatmap', () => {
  it('given values, then least and greatest have the ends of the colour map and NaN stands out', () => {
    const map = renderHeatmap([0, 1, 2, Number.NaN], 2, 2, { cellSize: 3 });
    expect([map.width, map.height]).toEqual([6, 6]);
    expect(pixel(map, 0, 0)).toEqual(viridis(0));
    expect(pixel(map, 5, 2)).toEqual(viridis(0.5));
    expect(pixel(map, 2, 5)).toEqual(viridis(1));
    expect(pixel(map, 3, 3)).toEqual([128, 128, 128]);
  });

  it('given a flat map or a fixed range, then it divides by nothing', () => {
    expect(pixel(renderHeatmap([5, 5], 2, 1), 1, 0)).toEqual(viridis(0));
    expect(pixel(renderHeatmap([5, 9], 2, 1, { range: { min: 0, max: 10 } }), 0, 0)).toEqual(viridis(0.5));
    expect(() => renderHeatmap([1], 2, 1)).toThrow(RangeError);
  });
});

describe('renderMaskOverlay', () => {
  const image = solidPanel(0, 64);
  const mask = new Uint8Array(16);
  mask[5] = 1; // column 1, row 1 of 4 x 4: pixels 16 to 31

  it('given a mask, then inside is untouched, outside dimmed, and the border drawn', () => {
    const overlay = renderMaskOverlay(image, { width: 4, height: 4, data: mask }, { color: [255, 0, 0] });
    expect(pixel(overlay, 24, 24)).toEqual([...panelColour(0)]);
    expect(pixel(overlay, 16, 24)).toEqual([255, 0, 0]);
    expect(pixel(overlay, 31, 31)).toEqual([255, 0, 0]);
    const outside = pixel(overlay, 15, 24);
    expect(Math.max(...outside)).toBeLessThan(Math.max(...panelColour(0)) / 1.5);
  });

  it('given a soft mask, then brightness lies between', () => {
    const at = (value: number) =>
      pixel(renderMaskOverlay(image, { width: 1, height: 1, data: Float32Array.of(value) }), 32, 32)[2] ?? 0;
    expect(at(0.4)).toBeGreaterThan(at(0));
    expect(at(0.4)).toBeLessThan(at(1));
    expect(() => renderMaskOverlay(image, { width: 2, height: 2, data: mask })).toThrow(RangeError);
  });
});

describe('renderCorrespondence', () => {
  it('given pairs, then both patches have one colour of their own and the rest is dimmed', () => {
    const image = solidPanel(0, 64);
    const pairs = [
      { source: { x: 0, y: 0 }, target: { x: 3, y: 3 } },
      { source: { x: 3, y: 0 }, target: { x: 0, y: 3 } },
    ];
    const picture = renderCorrespondence(image, image, pairs, { grid: { columns: 4, rows: 4 }, lines: 0 });
    expect([picture.width, picture.height]).toEqual([64 * 2 + 4, 64]);
    const inB = (x: number, y: number) => pixel(picture, 68 + x, y);
    expect(pixel(picture, 8, 8)).toEqual(inB(56, 56));
    expect(pixel(picture, 56, 8)).toEqual(inB(8, 56));
    expect(pixel(picture, 8, 8)).not.toEqual(pixel(picture, 56, 8));
    expect(pixel(picture, 30, 30)).toEqual(inB(30, 30));
    expect(pixel(picture, 66, 8)).toEqual([255, 255, 255]);
    const lined = renderCorrespondence(image, image, pairs, { grid: { columns: 4, rows: 4 }, lines: 1 });
    expect(lined.rgb).not.toEqual(picture.rgb);
  });

  it('given no pairs, then both are dimmed', () => {
    const image = solidPanel(0, 8);
    const picture = renderCorrespondence(image, image, [], { grid: { columns: 4, rows: 4 } });
    expect(Math.max(...pixel(picture, 4, 4))).toBeLessThan(150);
  });
});
