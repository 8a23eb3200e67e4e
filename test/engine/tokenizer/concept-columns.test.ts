import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClipTokenizer, type TokenizedPrompt } from '../../../src/engine/tokenizer/clip-tokenizer.ts';
import { conceptColumns as columnsOfAll } from '../../../src/engine/tokenizer/concept-columns.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const tokenizer = ClipTokenizer.open(path.resolve(import.meta.dirname, '../../../models/pocket/tokenizer'));
const tiny = ClipTokenizer.open(path.resolve(import.meta.dirname, '../../fixtures/tokenizer/tiny'));

const conceptColumns = (prompt: TokenizedPrompt, words: string) => columnsOfAll(prompt, [{ words }])[0];

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
    const columns = conceptColumns(prompt, 'zyzzyva')?.[0] ?? [];
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

describe('given several concepts of the same words', () => {
  const red = { words: 'fox', looks: 'a red fox' };
  const white = { words: 'fox', looks: 'a white fox' };
  const plain = { words: 'fox', looks: 'a fox' };
  const columns = (text: string, ...concepts: Parameters<typeof columnsOfAll>[1]) =>
    columnsOfAll(tokenizer.tokenize(text), concepts).map(([word]) => word);

  it('then each has the column of its own looks, in whatever order, and again later', () => {
    expect(columns('a red fox and a white fox', red, white)).toEqual([[3], [7]]);
    expect(columns('a red fox and a white fox', white, red)).toEqual([[7], [3]]);
    expect(columns('a red fox and a white fox, the red fox jumping', red, white)).toEqual([[3, 11], [7]]);
    expect(columns('A RED Fox, the White Fox', red, white)).toEqual([[3], [7]]);
  });

  it('then longer looks come first, and a word that may be anybody’s is nobody’s', () => {
    const long = { words: 'fox', looks: 'a fox wearing a scarf' };
    expect(columns('a fox wearing a scarf and a fox', plain, long)).toEqual([[8], [2]]);
    expect(columns('a red fox and a white fox and a fox', red, white)).toEqual([[3], [7]]);
  });

  it('then a fox of other looks is somebody else, though no concept of the panel: an anchor may show one’s own alone', () => {
    expect(columns('a red fox and a white fox', white)).toEqual([[7]]);
    expect(columns('a white fox, the fox sleeping by a fox', white)).toEqual([[3, 6]]);
    expect(columns('a fox and a fox', { words: 'fox' })).toEqual([[2, 5]]);
  });

  it('then those of the same looks are told apart by their order', () => {
    expect(columns('a fox and a fox', plain, plain)).toEqual([[2], [5]]);
  });

  it('then words within the looks of somebody else are not one’s own, also if these are only a part of them', () => {
    const bear = { words: 'bear', looks: 'a bear with a fox scarf' };
    expect(columns('a bear with a fox scarf and a red fox, the fox runs', bear, red)).toEqual([[2], [10, 13]]);
    expect(columns('a bear with a fox scarf and a dog', bear, red)).toEqual([[2], [5]]);
  });

  it('then looks that are not in the prompt leave it the words that are free, or all', () => {
    expect(columns('a fox and a white fox', red, white)).toEqual([[2], [6]]);
    expect(columns('a fox and a fox', red, white)).toEqual([
      [2, 5],
      [2, 5],
    ]);
    expect(columns('a fox', { words: 'fox', looks: '…' })).toEqual([[2]]);
  });

  it('then one whose own words were cut off says so, though another’s are there', () => {
    const cut = tiny.tokenize(`a red fox ${'a '.repeat(21)} white fox`);
    expect(codeOf(() => columnsOfAll(cut, [red, white]))).toBe('subject-truncated');
  });
});
