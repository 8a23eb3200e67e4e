import { describe, expect, it } from 'vitest';
import { COATS, coatColour } from '../../../src/evaluation/measures/coat-colour.ts';
import { colourHistogram, histogramIntersection } from '../../../src/inspection/colour-agreement.ts';
import { byDaylight } from '../../../src/inspection/daylight.ts';
import { colourDifference, oklabOf } from '../../../src/inspection/oklab.ts';
import { coloursIn, complement } from '../../../src/inspection/region.ts';
import { BLACK, BLUE, GREEN, GRID, halves, LEFT, NOWHERE, RED, WHITE } from './pictures.ts';

const histogramOf = (image: ReturnType<typeof halves>, mask: Uint8Array) =>
  colourHistogram(coloursIn(image, mask, GRID)) as Float64Array;

describe('OKLab', () => {
  it.each([
    // B. Ottosson 2020: white is L 1; sRGB's red in OKLab as CSS Color 4 gives it
    [WHITE, [1, 0, 0]],
    [BLACK, [0, 0, 0]],
    [
      [255, 0, 0],
      [0.62796, 0.22486, 0.12585],
    ],
  ] as const)('given sRGB %s, then it is %s', ([r, g, b], lab) => {
    oklabOf(r, g, b).forEach((value, axis) => {
      expect(value).toBeCloseTo(lab[axis] ?? Number.NaN, 4);
    });
  });

  it('given black and white, then they are 1 apart', () => {
    expect(colourDifference(oklabOf(...BLACK), oklabOf(...WHITE))).toBeCloseTo(1, 5);
  });
});

describe('colour histograms', () => {
  it('given pictures that differ outside the mask only, then they agree fully inside and not at all outside', () => {
    const [one, other] = [halves(RED, WHITE), halves(RED, BLUE)];
    expect(histogramIntersection(histogramOf(one, LEFT), histogramOf(other, LEFT))).toBeCloseTo(1, 10);
    const outside = complement(LEFT);
    expect(histogramIntersection(histogramOf(one, outside), histogramOf(other, outside))).toBe(0);
  });

  it('given half the colours in common, then they agree by half', () => {
    const everywhere = new Uint8Array(16).fill(1);
    const [one, other] = [histogramOf(halves(RED, WHITE), everywhere), histogramOf(halves(RED, BLUE), everywhere)];
    expect(histogramIntersection(one, other)).toBeCloseTo(0.5, 10);
  });

  it('given a small change of colour, then agreement falls a little', () => {
    const [one, other] = [histogramOf(halves(RED, RED), LEFT), histogramOf(halves([210, 66, 60], RED), LEFT)];
    const agreement = histogramIntersection(one, other);
    expect(agreement).toBeLessThan(1);
    expect(agreement).toBeGreaterThan(0.75);
  });

  it('given an empty mask, then there is no histogram', () => {
    expect(colourHistogram(coloursIn(halves(RED, RED), NOWHERE, GRID))).toBeUndefined();
  });

  it.each([BLACK, WHITE, RED, GREEN])('given colour %s, then the shares sum to 1', (...rgb) => {
    const sum = (colourHistogram([oklabOf(rgb[0] ?? 0, rgb[1] ?? 0, rgb[2] ?? 0)]) as Float64Array).reduce(
      (a, b) => a + b,
    );
    expect(sum).toBeCloseTo(1, 10);
  });
});

describe('coat colours', () => {
  it.each(Object.entries(COATS))('given the palette’s %s, then it is read as that', (name, [r, g, b]) => {
    expect(coatColour([oklabOf(r, g, b)])).toBe(name);
  });

  it('given more outline than coat, then the coat is still read', () => {
    const outline = Array.from({ length: 9 }, () => oklabOf(20, 10, 20));
    expect(coatColour([...outline, oklabOf(...GREEN)])).toBe('green');
  });

  it('given nothing like a coat, then none is read', () => {
    expect(coatColour([oklabOf(...BLACK)])).toBeUndefined();
    expect(coatColour([])).toBeUndefined();
  });
});

describe('daylight', () => {
  it('given the veil of night over a coat, then it is taken off', () => {
    const veiled = RED.map((value, i) => 0.72 * value + 0.28 * ([26, 30, 80][i] ?? 0)) as [number, number, number];
    const bare = byDaylight(halves(veiled, veiled), 'a fox dancing on the beach at night');
    [...bare.rgb.subarray(0, 3)].forEach((value, i) => {
      expect(Math.abs(value - (RED[i] ?? 0))).toBeLessThanOrEqual(1);
    });
  });

  it('given a prompt by day, then the picture stays', () => {
    const picture = halves(RED, BLUE);
    expect(byDaylight(picture, 'a fox dancing on the beach')).toBe(picture);
  });
});
