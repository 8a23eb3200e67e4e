import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClipTokenizer } from '../../../src/engine/tokenizer/clip-tokenizer.ts';
import { conceptColumns } from '../../../src/engine/tokenizer/concept-columns.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const tokenizer = ClipTokenizer.open(path.resolve(import.meta.dirname, '../../../models/pocket/tokenizer'));
const tiny = ClipTokenizer.open(path.resolve(import.meta.dirname, '../../fixtures/tokenizer/tiny'));

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return 'none';
}

describe('given a concept that is in the prompt', () => {
  it('then a word of one token has its column', () => {
    expect(conceptColumns(tokenizer.tokenize('a fox wearing a scarf'), 'fox')).toEqual([[2]]);
  });

  it('then a phrase has one list per word, without its article', () => {
    const prompt = tokenizer.tokenize('the robot and a blue dragon');
    expect(conceptColumns(prompt, 'A Blue Dragon')).toEqual([[5], [6]]);
    expect(conceptColumns(prompt, 'a robot')).toEqual([[2]]);
  });

  it('then a word of several tokens has all of their columns', () => {
    const prompt = tokenizer.tokenize('a zyzzyva, sleeping');
    const columns = conceptColumns(prompt, 'zyzzyva')[0] ?? [];
    const comma = prompt.words.find(({ text }) => text === ',');
    expect(columns.length).toBeGreaterThan(2);
    expect(columns[0]).toBe(2);
    expect(comma?.columns).toEqual([(columns.at(-1) ?? 0) + 1]);
  });

  it('then every occurrence counts', () => {
    expect(conceptColumns(tokenizer.tokenize('fox and fox and a Fox'), 'fox')).toEqual([[1, 3, 6]]);
  });

  it('then signs around it, possessives and the way of writing accents do not hide it', () => {
    expect(conceptColumns(tokenizer.tokenize("(FOX)'s"), 'fox')).toEqual([[2]]);
    expect(conceptColumns(tokenizer.tokenize('a NIN\u0303O'), 'niño')).toEqual(
      conceptColumns(tokenizer.tokenize('a niño'), 'niño'),
    );
  });

  it('then a hyphen inside it gives no columns of its own', () => {
    expect(conceptColumns(tokenizer.tokenize('blue-dragon'), 'blue-dragon')).toEqual([[1], [3]]);
  });

  it('then it is found in writing without spaces, and beside other emoji', () => {
    const chinese = tiny.tokenize('狐狸在森林里');
    expect(conceptColumns(chinese, '狐狸')).toEqual(chinese.words.slice(0, 2).map(({ columns }) => columns));
    const emoji = tiny.tokenize('🐻🦊');
    expect(conceptColumns(emoji, '🦊')).toEqual([emoji.words[1]?.columns]);
  });

  it('then an occurrence that was cut does not count beside a whole one', () => {
    const prompt = tiny.tokenize(`fox ${'a '.repeat(21)} fox`);
    expect(conceptColumns(prompt, 'fox')).toEqual([[1]]);
  });
});

describe('given a concept without whole words in the prompt', () => {
  it('then an absent one is named', () => {
    expect(codeOf(() => conceptColumns(tokenizer.tokenize('a fox'), 'bear'))).toBe('subject-not-in-prompt');
    expect(() => conceptColumns(tokenizer.tokenize('a fox'), 'bear')).toThrow(/"bear".*"a fox"/);
  });

  it('then parts of words and words apart are no match', () => {
    expect(codeOf(() => conceptColumns(tokenizer.tokenize('a foxglove'), 'fox'))).toBe('subject-not-in-prompt');
    expect(codeOf(() => conceptColumns(tokenizer.tokenize('polar, bear'), 'polar bear'))).toBe('subject-not-in-prompt');
  });

  it('then one that was cut off, or half cut off, says so', () => {
    const cut = tiny.tokenize(`${'a '.repeat(22)} fox`);
    expect(codeOf(() => conceptColumns(cut, 'fox'))).toBe('subject-truncated');
    const half = tiny.tokenize(`${'a '.repeat(21)} polar bear`);
    expect(half.truncatedWords).toContain('bear');
    expect(codeOf(() => conceptColumns(half, 'polar bear'))).toBe('subject-truncated');
  });

  it.each(['', '  ', 'the', 'a an', '!', 'the …'])('then an empty one (%j) is refused', (concept) => {
    expect(codeOf(() => conceptColumns(tokenizer.tokenize('the !'), concept))).toBe('subject-empty');
  });
});
