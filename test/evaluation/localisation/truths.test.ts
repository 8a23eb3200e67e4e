import { describe, expect, test } from 'vitest';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import type { ClipSeg } from '../../../src/evaluation/clipseg/open-clipseg.ts';
import { clipSegTruths, subjectsIn } from '../../../src/evaluation/localisation/clipseg-truth.ts';
import { compareTruths } from '../../../src/evaluation/localisation/compare-truths.ts';
import {
  localisationPrompts,
  NATURAL_WORDS,
  PROMPT_COUNTS,
  promptWordsFor,
} from '../../../src/evaluation/localisation/prompts.ts';
import type { ToldPicture } from '../../../src/evaluation/localisation/truth.ts';
import { solidPanel } from '../../support/solid-panels.ts';

const mask = (...cells: number[]) => Uint8Array.from(cells);
const map = (...values: number[]) => Float32Array.from(values);

describe('prompts for models that know a language', () => {
  const { words, prefix } = promptWordsFor({ promptPrefix: '' });
  const prompts = localisationPrompts(prefix, PROMPT_COUNTS, words);

  test('then they are of photographs, all different, with every animal about as often as any other', () => {
    expect(words).toBe(NATURAL_WORDS);
    expect(prompts[0]?.prompt).toBe('a photo of a cat standing in the forest');
    expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(80);
    const asked = prompts.flatMap(({ subjects }) => subjects);
    const counts = words.subjects.map((subject) => asked.filter((each) => each === subject).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3);
    for (const { subjects } of prompts) expect(new Set(subjects).size).toBe(subjects.length);
  });

  test("given a card with words of its own, then those come first; given few words only, then the pocket's", () => {
    expect(promptWordsFor({ promptPrefix: 'anime art of' }).prefix).toBe('anime art of');
    expect(promptWordsFor({ promptPrefix: '', vocabulary: ['fox'] }).words.subjects).toContain('robot');
  });
});

describe('subjects by probabilities', () => {
  test('given one subject, then it is where it is probable enough', () => {
    expect(subjectsIn(['fox'], [map(0.31, 0.3, 0.29, 0)], 0.3)).toEqual([
      { subject: 'fox', mask: mask(1, 1, 0, 0), others: mask(0, 0, 0, 0), seenAs: null },
    ]);
  });

  test('given two, then a cell belongs to the more probable one', () => {
    const found = subjectsIn(['fox', 'bear'], [map(0.9, 0.5, 0.1, 0), map(0.1, 0.6, 0.8, 0.7)], 0.3);
    expect(found.map((each) => [each.mask, each.others])).toEqual([
      [mask(1, 0, 0, 0), mask(0, 1, 1, 1)],
      [mask(0, 1, 1, 1), mask(1, 0, 0, 0)],
    ]);
  });

  test('given two in the same place, then nobody knows which of them it is', () => {
    const maps = [map(0.9, 0.9, 0.1, 0), map(0.8, 0.8, 0.1, 0), map(0, 0, 0, 0.9)];
    expect(subjectsIn(['fox', 'dog', 'bird'], maps, 0.3).map(({ subject }) => subject)).toEqual(['bird']);
  });

  test('given one that is hardly anywhere, then it stays untold', () => {
    const speck = new Float32Array(1000).fill(0.1);
    speck[5] = 0.9;
    expect(subjectsIn(['fox'], [speck], 0.3)).toEqual([]);
    expect(subjectsIn([], [], 0.3)).toEqual([]);
  });

  test('given several thresholds, then the picture is looked at once', async () => {
    const asked: (readonly string[])[] = [];
    const clipSeg: ClipSeg = {
      grid: { height: 1, width: 2 },
      locate: async (_: RasterImage, phrases) => {
        asked.push(phrases);
        return phrases.map(() => map(0.45, 0.25));
      },
      release: async () => {},
    };
    const picture = solidPanel(1, 8);
    const masks: unknown[] = [];
    for (const truth of clipSegTruths(clipSeg, [0.2, 0.4])) {
      masks.push((await truth.tell(picture, ['owl'])).subjects[0]?.mask);
    }
    expect(masks).toEqual([mask(1, 1), mask(1, 0)]);
    expect(asked).toEqual([['an owl']]);
    await clipSegTruths(clipSeg, [0.2])[0]?.tell(picture, ['fox', 'owl']);
    expect(asked).toHaveLength(2);
  });
});

describe('two who tell', () => {
  const told = (side: number, subjects: Record<string, Uint8Array>): ToldPicture => ({
    grid: { height: side, width: side },
    seen: null,
    subjects: Object.entries(subjects).map(([subject, mask]) => ({
      subject,
      mask,
      others: new Uint8Array(mask.length),
      seenAs: null,
    })),
  });
  const own = { mask: mask(1, 1, 0, 0), grid: { height: 2, width: 2 } };

  test('given masks of other grids, then they are compared over the coarser one, and with attention over their own', () => {
    const fine = mask(1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0); // the left upper quarter, and a cell
    const pair = { subject: 'fox', own };
    const coarse = told(2, { fox: mask(1, 0, 0, 0) });
    const compared = compareTruths('another', [
      { ...pair, first: coarse, second: told(4, { fox: fine }) },
      { ...pair, first: told(4, { fox: fine }), second: coarse },
    ]);
    expect(compared.agreement?.mean).toBeCloseTo(1);
    expect(compared.iou?.mean).toBeCloseTo((4 / 9 + 1 / 2) / 2);
  });

  test('given subjects that one of them cannot tell, then they are counted and not compared', () => {
    const [one, none] = [told(2, { fox: mask(1, 0, 0, 0) }), told(2, {})];
    const pairs = [
      [one, none],
      [none, one],
      [none, none],
    ] as const;
    const compared = compareTruths(
      'another',
      pairs.map(([first, second]) => ({ subject: 'fox', own, first, second })),
    );
    expect(compared).toMatchObject({
      told: { both: 0, onlyFirst: 1, onlyThis: 1, neither: 1 },
      agreement: null,
      iou: { mean: 0.5 },
    });
  });
});
