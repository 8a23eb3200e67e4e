import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClipTokenizer } from '../../../src/engine/tokenizer/clip-tokenizer.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/tokenizer');
const POCKET = path.resolve(import.meta.dirname, '../../../models/pocket/tokenizer');

interface Row {
  readonly text: string;
  readonly ids: readonly number[];
  /** [start, end) in the text of each token between beginning and end, before truncation */
  readonly offsets: readonly (readonly [number, number])[];
}
const oracle: { pocket: Row[]; tiny: Row[] } = JSON.parse(fs.readFileSync(path.join(FIXTURES, 'ids.json'), 'utf8'));

describe.each([
  { name: 'pocket', folder: POCKET, rows: oracle.pocket },
  { name: 'tiny', folder: path.join(FIXTURES, 'tiny'), rows: oracle.tiny },
])('given the $name vocabulary', ({ name, folder, rows }) => {
  const tokenizer = ClipTokenizer.open(folder);

  it('then every text has the ids that transformers gives it', () => {
    const different = rows.filter(
      ({ text, ids }) => JSON.stringify(tokenizer.tokenize(text).ids) !== JSON.stringify(ids),
    );
    console.info(`${name}: ${different.length} of ${rows.length} texts differ from transformers`);
    expect(different.map(({ text }) => text)).toEqual([]);
    expect(rows.length).toBeGreaterThan(150);
  });

  it("then every word has the columns of the tokens that lie on it by transformers' own offsets", () => {
    let compared = 0;
    for (const { text, offsets } of rows) {
      const { words, length } = tokenizer.tokenize(text);
      for (const word of words) {
        const expected = offsets.flatMap(([start, end], token) =>
          start < word.end && end > word.start ? [token + 1] : [],
        );
        const columns = expected.filter((column) => column < length - 1);
        expect({ text, word: word.text, columns: word.columns }).toEqual({ text, word: word.text, columns });
        expect(word.truncated).toBe(columns.length < expected.length);
        compared++;
      }
    }
    console.info(`${name}: columns of ${compared} words equal`);
  });

  it('then the words cover all of the prompt but its white space, whatever it is', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      // lone surrogates, contractions, special tokens, marks and scripts side by side
      fc
        .array(
          fc.constantFrom(
            '\ud83e',
            '\udd8a',
            "'s",
            '!',
            '<|endoftext|>',
            '\u0301',
            '狐',
            'か',
            '\u3099',
            'Σ',
            'İ',
            'a',
            ' ',
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const prompt = tokenizer.tokenize(text);
        expect(prompt.ids.length).toBe(tokenizer.maxLength);
        expect(prompt.words.map((word) => word.text).join('')).toBe(text.replace(/\p{White_Space}/gu, ''));
        for (const word of prompt.words) {
          expect(text.slice(word.start, word.end)).toBe(word.text);
          expect(word.columns.length > 0 || word.truncated).toBe(true);
        }
        const columns = new Set(prompt.words.flatMap((word) => word.columns));
        expect(columns.size).toBe(prompt.length - 2);
      }),
      { numRuns: 2000, seed: 11 },
    );
  });
});

describe('given a prompt longer than the model reads', () => {
  const tokenizer = ClipTokenizer.open(path.join(FIXTURES, 'tiny'));

  it('then the cut words are reported whole, and the ids end with the end', () => {
    const kept = 'fox '.repeat(21);
    const { ids, words, truncatedWords } = tokenizer.tokenize(`${kept}supercalifragilistic bear`);
    expect(ids.length).toBe(24);
    expect(truncatedWords).toEqual(['supercalifragilistic', 'bear']);
    expect(words.at(-2)?.columns).toEqual([22]);
    expect(words.at(-1)?.columns).toEqual([]);
  });

  it('then a prompt that just fits reports nothing', () => {
    expect(tokenizer.tokenize('fox '.repeat(22)).truncatedWords).toEqual([]);
    expect(tokenizer.tokenize('fox '.repeat(23)).truncatedWords).toEqual(['fox']);
  });

  it('then ten thousand characters are no trouble', () => {
    expect(tokenizer.tokenize('x'.repeat(10_000)).truncatedWords).toEqual(['x'.repeat(10_000)]);
  });
});

it('given a tokenizer that pads with "!" as SDXL\'s second one does, then the padding is "!"', () => {
  const { ids, length } = ClipTokenizer.open(path.join(FIXTURES, 'tiny')).tokenize('fox');
  expect(length).toBe(3);
  expect(new Set(ids.slice(length))).toEqual(new Set([0]));
});
