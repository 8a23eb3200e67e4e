import { describe, expect, it } from 'vitest';
import { background, twinBackground } from '../../../src/evaluation/measures/background.ts';
import { promptAgreement, squaredError } from '../../../src/evaluation/measures/prompt-agreement.ts';
import { latentCosine } from '../../../src/inspection/latent-cosine.ts';
import { colourDifference, oklabOf } from '../../../src/inspection/oklab.ts';
import { complement } from '../../../src/inspection/region.ts';
import { BLUE, GREEN, GRID, halves, LEFT, RED, WHITE } from './pictures.ts';

describe('prompt agreement', () => {
  it('given the least error under the own prompt, then it wins by the share the best other is worse', () => {
    const { wins, margin } = promptAgreement([2], [[3], [5]]);
    expect(wins).toBe(true);
    expect(margin).toBeCloseTo(0.5, 10);
  });

  it('given a better prompt, then the own one loses and the margin is negative', () => {
    expect(promptAgreement([2], [[1], [5]])).toEqual({ wins: false, margin: expect.closeTo(-0.5, 10) });
  });

  it('given a noise level whose errors are all larger, then it weighs no more than the others', () => {
    const small = promptAgreement([2, 1], [[1, 2]]);
    const large = promptAgreement([200, 1], [[100, 2]]);
    expect(large.margin).toBeCloseTo(small.margin, 10);
  });

  it('given two latents, then their squared error is the mean', () => {
    expect(squaredError(Float32Array.of(1, 2), Float32Array.of(1, 4))).toBe(2);
  });
});

describe('background', () => {
  const latentsOf = (left: number, right: number) =>
    Float32Array.from({ length: 4 * 16 }, (_, i) => (i % 4 < 2 ? left : right));
  const panel = (...colours: Parameters<typeof halves>) => ({
    image: halves(...colours),
    latents: latentsOf(1, 1),
    mask: LEFT,
  });

  it('given one subject in different places, then the backgrounds have nothing in common', () => {
    const panels = [panel(RED, WHITE), panel(RED, BLUE)];
    const outside = panels.map(({ mask }) => complement(mask));
    expect(background(panels, outside, GRID).backgroundColours).toBe(0);
    expect(background([panel(RED, BLUE), panel(GREEN, BLUE)], outside, GRID).backgroundColours).toBeCloseTo(1, 10);
  });

  it('given latents that differ inside the masks only, then their cosine outside is 1', () => {
    const shape = { height: 8, width: 8 };
    const [one, other] = [latentsOf(1, 2), latentsOf(-1, 4)];
    expect(latentCosine(one, other, shape, complement(LEFT), GRID)).toBeCloseTo(1, 10);
    expect(latentCosine(one, other, shape, LEFT, GRID)).toBeCloseTo(-1, 10);
  });

  it('given a twin with another background, then the move is their colour difference, whatever the subject', () => {
    const [own, twin] = [panel(RED, WHITE), panel(GREEN, BLUE)];
    const expected = colourDifference(oklabOf(...WHITE), oklabOf(...BLUE));
    expect(twinBackground([own], [twin], GRID)).toBeCloseTo(expected, 10);
    expect(twinBackground([own], [own], GRID)).toBe(0);
  });
});
