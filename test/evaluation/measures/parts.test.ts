import { describe, expect, it } from 'vitest';
import {
  featureDistance,
  partColourDifference,
  patchColours,
} from '../../../src/evaluation/measures/part-agreement.ts';
import { matchSubjects } from '../../../src/evaluation/measures/patch-matches.ts';
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
    const matches = matchSubjects(one, { features: TURNED, mask: MASK });
    expect(matches.forth).toEqual([
      { patch: 0, likest: 1, similarity: 1 },
      { patch: 1, likest: 0, similarity: 1 },
    ]);
    expect(matches.back).toEqual(matches.forth);
    expect(featureDistance(matches)).toBe(0);
  });

  it('given one part that the other lacks, then the distance is a right angle for a third of the patches', () => {
    const onlyEar = { features: FEATURES, mask: Uint8Array.of(1, 0, 0, 0) };
    expect(featureDistance(matchSubjects({ features: FEATURES, mask: MASK }, onlyEar))).toBeCloseTo(1 / 3, 10);
  });

  it('given parts in the same colours but other places, then they are no colour apart', () => {
    const one = { features: FEATURES, mask: MASK, colours: [ear, belly, other, other] };
    const turned = { features: TURNED, mask: MASK, colours: [belly, ear, other, other] };
    expect(partColourDifference(matchSubjects(one, turned), one, turned)).toBe(0);
    const swapped = { ...turned, colours: [ear, belly, other, other] };
    expect(partColourDifference(matchSubjects(one, swapped), one, swapped)).toBeCloseTo(
      colourDifference(ear, belly),
      10,
    );
  });

  it('given more patches than are compared at a time, then each finds the likest of all, of equals the first', () => {
    const patches = 150;
    // patch p points p degrees round; the other's are a degree further, and its last two are alike
    const angle = (p: number) => (Math.min(p, patches - 2) * Math.PI) / 180;
    const turnedBy = (turn: number) =>
      Float32Array.from({ length: 2 * patches }, (_, i) =>
        i < patches ? Math.cos(angle(i) + turn) : Math.sin(angle(i - patches) + turn),
      );
    const mask = new Uint8Array(patches).fill(1);
    const { forth, back } = matchSubjects({ features: turnedBy(Math.PI / 180), mask }, { features: turnedBy(0), mask });
    expect(forth.map(({ likest }) => likest)).toEqual([...mask.keys()].map((p) => Math.min(p + 1, patches - 2)));
    expect(back.map(({ likest }) => likest)).toEqual([...mask.keys()].map((p) => Math.max(0, Math.min(p, 148) - 1)));
  });

  it('given an empty mask, then nothing is known', () => {
    const nobody = { features: FEATURES, mask: new Uint8Array(4), colours: [ear, ear, ear, ear] };
    const matches = matchSubjects({ features: FEATURES, mask: MASK }, nobody);
    expect(featureDistance(matches)).toBeUndefined();
    expect(partColourDifference(matches, nobody, nobody)).toBeUndefined();
  });

  it('given a picture of two colours, then each patch has the colour that lies in it', () => {
    const colours = patchColours(halves(RED, BLUE), GRID);
    expect(colours).toHaveLength(16);
    expect(colourDifference(colours[5] ?? other, ear)).toBeCloseTo(0, 10);
    expect(colourDifference(colours[6] ?? ear, other)).toBeCloseTo(0, 10);
  });
});
