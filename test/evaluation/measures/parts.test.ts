import { describe, expect, it } from 'vitest';
import {
  featureDistance,
  partColourDifference,
  patchColours,
} from '../../../src/evaluation/measures/part-agreement.ts';
import { matchPatches } from '../../../src/evaluation/measures/patch-matches.ts';
import { colourDifference, oklabOf } from '../../../src/inspection/oklab.ts';
import { BLUE, GREEN, GRID, halves, RED } from './pictures.ts';

/** Two channels and four patches: an ear, a belly, and two that are no subject. */
const FEATURES = Float32Array.of(1, 0, 5, 5, 0, 2, 5, 5);
/** the same parts, ear and belly changed places */
const TURNED = Float32Array.of(0, 3, 5, 5, 1, 0, 5, 5);
const MASK = Uint8Array.of(1, 1, 0, 0);
const ear = oklabOf(...RED);
const belly = oklabOf(...GREEN);
const other = oklabOf(...BLUE);

describe('matched parts', () => {
  it('given the same parts in other places and lengths, then each finds its like inside the mask', () => {
    const one = { features: FEATURES, mask: MASK };
    const matches = matchPatches(one, { features: TURNED, mask: MASK });
    expect(matches).toEqual([
      { patch: 0, likest: 1, similarity: 1 },
      { patch: 1, likest: 0, similarity: 1 },
    ]);
    expect(featureDistance(one, { features: TURNED, mask: MASK })).toBe(0);
  });

  it('given one part that the other lacks, then the distance is a right angle for a third of the patches', () => {
    const onlyEar = { features: FEATURES, mask: Uint8Array.of(1, 0, 0, 0) };
    expect(featureDistance({ features: FEATURES, mask: MASK }, onlyEar)).toBeCloseTo(1 / 3, 10);
  });

  it('given parts in the same colours but other places, then they are no colour apart', () => {
    const one = { features: FEATURES, mask: MASK, colours: [ear, belly, other, other] };
    const turned = { features: TURNED, mask: MASK, colours: [belly, ear, other, other] };
    expect(partColourDifference(one, turned)).toBe(0);
    const swapped = { ...turned, colours: [ear, belly, other, other] };
    expect(partColourDifference(one, swapped)).toBeCloseTo(colourDifference(ear, belly), 10);
  });

  it('given an empty mask, then nothing is known', () => {
    const nobody = { features: FEATURES, mask: new Uint8Array(4), colours: [ear, ear, ear, ear] };
    expect(featureDistance({ features: FEATURES, mask: MASK }, nobody)).toBeUndefined();
    expect(partColourDifference({ ...nobody, mask: MASK }, nobody)).toBeUndefined();
  });

  it('given a picture of two colours, then each patch has the colour that lies in it', () => {
    const colours = patchColours(halves(RED, BLUE), GRID);
    expect(colours).toHaveLength(16);
    expect(colourDifference(colours[5] ?? other, ear)).toBeCloseTo(0, 10);
    expect(colourDifference(colours[6] ?? ear, other)).toBeCloseTo(0, 10);
  });
});
