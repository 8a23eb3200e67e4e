import { describe, expect, it } from 'vitest';
import { displacement } from '../../../src/evaluation/measures/displacement.ts';
import { matchSubjects } from '../../../src/evaluation/measures/patch-matches.ts';

const GRID = { height: 4, width: 4 };

/** Two parts with features of their own, at the given patches; elsewhere nothing. */
function subject(head: number, foot: number) {
  const features = new Float32Array(2 * 16);
  features[head] = 1;
  features[16 + foot] = 1;
  return { features, mask: Uint8Array.from({ length: 16 }, (_, i) => Number(i === head || i === foot)) };
}

describe('displacement', () => {
  it('given the same parts in the same places, then 0', () => {
    expect(displacement(matchSubjects(subject(1, 5), subject(1, 5)), GRID)).toBe(0);
  });

  it('given all moved by two patches of four to the right, then half a side', () => {
    expect(displacement(matchSubjects(subject(0, 4), subject(2, 6)), GRID)).toBeCloseTo(0.5, 12);
  });

  it('given head and foot exchanged in one place, then it sees it, where a mask would not', () => {
    expect(displacement(matchSubjects(subject(1, 5), subject(5, 1)), GRID)).toBeCloseTo(0.25, 12);
  });

  it('given an empty mask, then there is none', () => {
    const nobody = { ...subject(0, 1), mask: new Uint8Array(16) };
    expect(displacement(matchSubjects(subject(0, 1), nobody), GRID)).toBeUndefined();
  });
});
