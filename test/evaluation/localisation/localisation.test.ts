import { describe, expect, test } from 'vitest';
import { subjectMask } from '../../../src/engine/consistory/subject-mask.ts';
import type { JudgedCreature, Judgement, Species } from '../../../src/evaluation/judge/judgement.ts';
import { attentionMask } from '../../../src/evaluation/localisation/attention-mask.ts';
import { conditionKey, conditionsOf } from '../../../src/evaluation/localisation/conditions.ts';
import { truthOf } from '../../../src/evaluation/localisation/judge-truth.ts';
import { localisationPrompts, PROMPT_COUNTS } from '../../../src/evaluation/localisation/prompts.ts';
import { scoreMask } from '../../../src/evaluation/localisation/scores.ts';
import { type SubjectScores, summarizeLocalisation } from '../../../src/evaluation/localisation/summary.ts';

const mask = (...cells: number[]) => Uint8Array.from(cells);
const map = (...values: number[]) => Float32Array.from(values);

describe('localisation prompts', () => {
  const prompts = localisationPrompts('a drawing of', PROMPT_COUNTS);

  test('given the usual counts, then there are so many of each number, all different, none with the same subject twice', () => {
    for (const [size, count] of Object.entries(PROMPT_COUNTS)) {
      expect(prompts.filter(({ subjects }) => subjects.length === Number(size))).toHaveLength(count);
    }
    expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(prompts.length);
    for (const { subjects, prompt } of prompts) {
      expect(new Set(subjects).size).toBe(subjects.length);
      for (const subject of subjects) expect(prompt.split(' ')).toContain(subject);
    }
  });

  test('given one subject each, then every species is asked for about as often as any other', () => {
    const alone = prompts.filter(({ subjects }) => subjects.length === 1).map(({ subjects }) => subjects[0]);
    const counts = [...new Set(alone)].map((species) => alone.filter((each) => each === species).length);
    expect(counts).toHaveLength(12);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe('a mask from attention', () => {
  const steps = [[map(9, 0, 0, 0)], [map(0, 1, 0.9, 0.1)], [map(0, 0.9, 1, 0.45)]];

  test('given a window, then only its steps are averaged', () => {
    expect(attentionMask(steps, { step: 3, window: 2, rule: 'otsu' })).toEqual(mask(0, 1, 1, 0));
    expect(attentionMask(steps, { step: 3, window: 'all', rule: 0.5 })).toEqual(mask(1, 0, 0, 0));
    expect(attentionMask(steps, { step: 1, window: 8, rule: 'otsu' })).toEqual(mask(1, 0, 0, 0));
  });

  test("given Otsu, then it is the engine's own mask", () => {
    const words = [map(0.1, 0.4, 0.2, 0.8), map(0.9, 0.1, 0.2, 0.1)];
    expect(attentionMask([words], { step: 1, window: 1, rule: 'otsu' })).toEqual(subjectMask(words));
  });

  test('given a fixed threshold, then a value at it is inside, and a flat map has no subject', () => {
    expect(attentionMask([[map(0, 0.45, 1, 0.4)]], { step: 1, window: 1, rule: 0.4 })).toEqual(mask(0, 1, 1, 1));
    expect(attentionMask([[map(3, 3, 3, 3)]], { step: 1, window: 1, rule: 0.3 })).toEqual(mask(0, 0, 0, 0));
  });
});

describe('scores', () => {
  test('given a mask that is partly right, then each share has its own base', () => {
    const score = scoreMask(mask(1, 1, 1, 0, 0, 0), mask(0, 1, 1, 1, 0, 0), mask(1, 0, 0, 0, 0, 0));
    expect(score.iou).toBeCloseTo(2 / 4);
    expect(score.falsePositives).toBeCloseTo(1 / 3);
    expect(score.falseNegatives).toBeCloseTo(1 / 3);
    expect(score.onOthers).toBeCloseTo(1 / 3);
  });

  test('given an empty mask, then all of the subject is left out', () => {
    const none = mask(0, 0, 0);
    expect(scoreMask(none, mask(1, 0, 0), none)).toEqual({ iou: 0, falsePositives: 0, falseNegatives: 1, onOthers: 0 });
  });

  test('given no subject or another grid, then it is a mistake of the caller', () => {
    expect(() => scoreMask(mask(1), mask(0), mask(0))).toThrow('nowhere');
    expect(() => scoreMask(mask(1), mask(1, 0), mask(0))).toThrow('different grids');
  });
});

describe('the truth', () => {
  const creature = (species: Species, speciesConfidence: number, cell: number) =>
    ({
      species,
      speciesConfidence,
      mask: Uint8Array.from({ length: 4 }, (_, i) => Number(i === cell)),
    }) as JudgedCreature;
  const judged = (...instances: JudgedCreature[]) =>
    ({ instances, grid: { height: 2, width: 2 } }) as unknown as Judgement;

  test('given two of the species for one, then both are the subject', () => {
    const seen = judged(creature('fox', 0.6, 0), creature('fox', 0.9, 1), creature('bear', 0.9, 3));
    expect(truthOf(seen, ['fox'])).toMatchObject([{ mask: mask(1, 1, 0, 0), others: mask(0, 0, 0, 1), seenAs: 'fox' }]);
  });

  test('given two of a species where another subject is lost, then nobody knows which is which', () => {
    const seen = judged(creature('fox', 0.6, 0), creature('fox', 0.9, 1), creature('owl', 0.9, 2));
    expect(truthOf(seen, ['fox', 'bear', 'owl'])).toMatchObject([{ subject: 'owl', mask: mask(0, 0, 1, 0) }]);
  });

  test('given one creature of another species in a picture of one subject, then it is that subject', () => {
    expect(truthOf(judged(creature('cat', 0.9, 2)), ['fox'])).toMatchObject([
      { subject: 'fox', seenAs: 'cat', mask: mask(0, 0, 1, 0) },
    ]);
  });

  test('given two creatures that could be it, then it stays untold', () => {
    expect(truthOf(judged(creature('cat', 0.9, 2), creature('dog', 0.9, 3)), ['fox'])).toEqual([]);
    expect(truthOf(judged(), ['fox'])).toEqual([]);
  });

  test('given one of two subjects, then the creature that is left is the other', () => {
    const found = truthOf(judged(creature('bear', 0.9, 0), creature('cat', 0.8, 3)), ['fox', 'bear']);
    expect(found.map(({ subject, seenAs }) => [subject, seenAs])).toEqual([
      ['fox', 'cat'],
      ['bear', 'bear'],
    ]);
  });
});

describe('the summary', () => {
  const grids = [
    { height: 2, width: 2 },
    { height: 4, width: 4 },
  ];
  const conditions = conditionsOf({ steps: 6, own: 4, window: 8 }, grids);
  const subject = (subjects: number, iou: number): SubjectScores => ({
    subjects,
    scores: { [conditionKey(conditions.base)]: { iou, falsePositives: 0.1, falseNegatives: 0.2, onOthers: 0.3 } },
    ceilings: { 2: iou / 2, 4: 1 },
  });

  test('given steps, then they are compared up to the last', () => {
    expect(conditions.byStep.map(({ step }) => step)).toEqual([1, 2, 4, 6]);
    expect(new Set(conditions.byRule.map(({ resolution }) => resolution))).toEqual(new Set([2, 4]));
  });

  test('given pictures of one and of two subjects, then conditions are compared on those of one', () => {
    const summary = summarizeLocalisation([subject(1, 0.6), subject(1, 0.8), subject(2, 0.1)], conditions);
    expect(summary.byStep.map(({ step, iou }) => [step, iou.mean, iou.count])).toEqual([[6, 0.7, 2]]);
    expect(summary.bySubjects.map(({ subjects, iou }) => [subjects, iou.mean])).toEqual([
      [1, 0.7],
      [2, 0.1],
    ]);
    expect(summary.ceilings).toEqual([
      { resolution: 2, iou: 0.35 },
      { resolution: 4, iou: 1 },
    ]);
  });
});
