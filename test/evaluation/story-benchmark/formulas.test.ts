import { describe, expect, it } from 'vitest';
import { bestAssignment } from '../../../src/evaluation/story-benchmark/assignment.ts';
import { castShot, cids } from '../../../src/evaluation/story-benchmark/cids.ts';
import { copyPasteRate, copyRate } from '../../../src/evaluation/story-benchmark/copy-paste.ts';
import { inceptionScore } from '../../../src/evaluation/story-benchmark/inception-score.ts';
import { cosine, sideBySide } from '../../../src/evaluation/story-benchmark/looking/cosine.ts';
import { channelStatistics, styleSimilarity } from '../../../src/evaluation/story-benchmark/looking/csd.ts';
import { occm } from '../../../src/evaluation/story-benchmark/occm.ts';

const RIGHT = [1, 0];
const UP = [0, 1];
/** 60 degrees from RIGHT: cosine 1/2 */
const SLANTED = [0.5, Math.sqrt(3) / 2];

describe('OCCM, ViStoryBench equation 1', () => {
  it('given as many as expected, then it is 100', () => {
    expect(occm(1, 1)).toBe(100);
    expect(occm(3, 3)).toBe(100);
    expect(occm(0, 0)).toBe(100);
  });

  it('given half of those expected too few or too many, then it is 100 / sqrt(e)', () => {
    expect(occm(1, 2)).toBeCloseTo(100 / Math.sqrt(Math.E), 3);
    expect(occm(3, 2)).toBeCloseTo(100 / Math.sqrt(Math.E), 3);
    expect(occm(15, 10)).toBeCloseTo(100 / Math.sqrt(Math.E), 3);
  });

  it('given somebody where nobody is expected, then it is 0', () => {
    expect(occm(1, 0)).toBe(0);
  });
});

describe('bipartite matching', () => {
  it('given rows that want the same column, then the sum decides and not who comes first', () => {
    const pairs = bestAssignment([
      [0.9, 0.8],
      [0.9, 0.1],
    ]);
    expect(pairs).toEqual([
      { row: 0, column: 1 },
      { row: 1, column: 0 },
    ]);
  });

  it('given more creatures than characters, then the likest stay', () => {
    expect(bestAssignment([[0.2], [0.7], [0.5]])).toEqual([{ row: 1, column: 0 }]);
  });

  it('given fewer creatures than characters, or none, then as many pairs as there can be, however unlike', () => {
    expect(bestAssignment([[-0.9, -0.2]])).toEqual([{ row: 0, column: 1 }]);
    expect(bestAssignment([])).toEqual([]);
    expect(bestAssignment([[]])).toEqual([]);
  });

  it('given any small matrix, then no permutation adds up to more', () => {
    const matrix = Array.from({ length: 4 }, (_, row) =>
      Array.from({ length: 4 }, (_, column) => Math.sin(row * 7 + column * 3 + 1)),
    );
    const sumOf = (columns: readonly number[]) =>
      columns.reduce((sum, column, row) => sum + (matrix[row]?.[column] ?? 0), 0);
    const permutations = (left: readonly number[]): number[][] =>
      left.length === 0
        ? [[]]
        : left.flatMap((one) => permutations(left.filter((x) => x !== one)).map((p) => [one, ...p]));
    const most = Math.max(...permutations([0, 1, 2, 3]).map(sumOf));
    const found = bestAssignment(matrix)
      .sort((a, b) => a.row - b.row)
      .map(({ column }) => column);
    expect(sumOf(found)).toBeCloseTo(most, 12);
  });
});

describe('CIDS', () => {
  const references = new Map([
    ['Rusty', RIGHT],
    ['Bella', UP],
  ]);

  it('given two characters in one shot, then each goes to the creature that is likest', () => {
    const cast = castShot({ onStage: ['Rusty', 'Bella'], detected: [SLANTED, RIGHT] }, references);
    expect(Object.fromEntries(cast)).toEqual({ Rusty: 1, Bella: 0 });
  });

  it('given shots of known angles, then cross and self are their mean cosines', () => {
    const shots = [
      { onStage: ['Rusty'], detected: [RIGHT] },
      { onStage: ['Rusty'], detected: [SLANTED] },
      { onStage: ['Rusty'], detected: [UP] },
    ];
    const found = cids(
      shots,
      shots.map((shot) => castShot(shot, references)),
      references,
    );
    expect(found.cross).toBeCloseTo((1 + 0.5 + 0) / 3, 12);
    expect(found.self).toBeCloseTo((0.5 + 0 + Math.sqrt(3) / 2) / 3, 12);
    expect(found.characters).toHaveLength(1); // Bella is in no shot
  });

  it('given a shot in which nobody is detected, then it is left out of the means but told', () => {
    const shots = [
      { onStage: ['Rusty'], detected: [RIGHT] },
      { onStage: ['Rusty'], detected: [] },
      { onStage: ['Rusty'], detected: [RIGHT] },
    ];
    const [rusty] = cids(
      shots,
      shots.map((shot) => castShot(shot, references)),
      references,
    ).characters;
    expect(rusty).toEqual({ character: 'Rusty', shots: 3, found: 2, cross: 1, self: 1 });
  });

  it('given a character that is never found, then it counts 0', () => {
    const shots = [
      { onStage: ['Bella'], detected: [] },
      { onStage: ['Bella'], detected: [] },
    ];
    const found = cids(shots, [new Map(), new Map()], references);
    expect(found).toMatchObject({ cross: 0, self: 0 });
  });

  it('given one shot only, then there is no self', () => {
    const shots = [{ onStage: ['Rusty'], detected: [RIGHT] }];
    expect(cids(shots, [castShot(shots[0] as (typeof shots)[0], references)], references).self).toBeNull();
  });
});

describe('copy rate, ViStoryBench equation S1', () => {
  it('given no other reference, then all of it is the one', () => {
    expect(copyRate(UP, RIGHT, [])).toBe(1);
  });

  it('given references that are equally like, then each has its share', () => {
    expect(copyRate(SLANTED, RIGHT, [RIGHT])).toBe(0.5);
    expect(copyRate(SLANTED, RIGHT, [RIGHT, RIGHT, RIGHT])).toBe(0.25);
  });

  it('given similarities that differ by the temperature, then it is the logistic function of 1', () => {
    const [a, b] = [Math.acos(0.5), Math.acos(0.49)];
    const rate = copyRate(RIGHT, [Math.cos(a), Math.sin(a)], [[Math.cos(b), Math.sin(b)]]);
    expect(rate).toBeCloseTo(1 / (1 + Math.exp(-1)), 9);
  });

  it('given far apart ones, then it is 0 or 1 and no overflow', () => {
    expect(copyRate(RIGHT, RIGHT, [UP])).toBeCloseTo(1, 12);
    expect(copyRate(UP, RIGHT, [UP])).toBeCloseTo(0, 12);
    expect(copyRate([-1, 0], RIGHT, [[-1, 0]])).toBeCloseTo(0, 12);
  });

  it('given pictures of one character, then it is their mean; null where there is nothing to compare', () => {
    // RIGHT is the reference itself; UP is the other one; DIAGONAL is as near to both
    const DIAGONAL = [1, 1];
    expect(copyPasteRate([RIGHT, UP, DIAGONAL], RIGHT, [UP])).toBeCloseTo((1 + 0 + 0.5) / 3, 9);
    expect(copyPasteRate([], RIGHT, [UP])).toBeNull();
    expect(copyPasteRate([RIGHT], RIGHT, [])).toBeNull();
  });
});

describe('inception score', () => {
  it('given as many clear classes as there are, evenly, then it is their number', () => {
    expect(
      inceptionScore([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ).toBeCloseTo(3, 12);
  });

  it('given always the same class, or nothing clear, then it is 1', () => {
    expect(
      inceptionScore([
        [1, 0],
        [1, 0],
      ]),
    ).toBeCloseTo(1, 12);
    expect(
      inceptionScore([
        [0.5, 0.5],
        [0.5, 0.5],
      ]),
    ).toBeCloseTo(1, 12);
  });

  it('given two pictures of half certainty, then it is exp of the divergence', () => {
    const divergence = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
    expect(
      inceptionScore([
        [0.75, 0.25],
        [0.25, 0.75],
      ]),
    ).toBeCloseTo(Math.exp(divergence), 12);
    expect(inceptionScore([])).toBeNull();
  });
});

describe('style similarity', () => {
  it('given shots and references of known angles, then all pairs count', () => {
    const { cross, self } = styleSimilarity([RIGHT, UP], [RIGHT, SLANTED]);
    expect(cross).toBeCloseTo((1 + 0.5 + 0 + Math.sqrt(3) / 2) / 4, 12);
    expect(self).toBe(0);
  });

  it('given features, then their means and deviations, wherever in the picture they are', () => {
    const features = Float32Array.of(1, 3, 5, 7, 2, 2, 2, 2);
    expect([...channelStatistics(features, 4)]).toEqual([4, 2, Math.sqrt(5), 0]);
    expect([...channelStatistics(Float32Array.of(7, 5, 3, 1, 2, 2, 2, 2), 4)]).toEqual([4, 2, Math.sqrt(5), 0]);
  });
});

describe('cosine', () => {
  it('given vectors of zeros, then it is 0; of different lengths, then that is an error', () => {
    expect(cosine([0, 0], RIGHT)).toBe(0);
    expect(() => cosine([1], RIGHT)).toThrow(RangeError);
  });

  it('given blocks side by side, then the cosine is the mean of theirs, whatever their lengths', () => {
    const one = sideBySide([[10, 0], SLANTED]);
    const other = sideBySide([[0.1, 0], RIGHT]);
    expect(cosine(one, other)).toBeCloseTo((1 + 0.5) / 2, 12);
  });
});
