import path from 'node:path';
import { expect, test } from 'vitest';
import { ClipTokenizer } from '../../../src/engine/tokenizer/clip-tokenizer.ts';
import { saidOfEach } from '../../../src/engine/tokenizer/said-of-each.ts';

const tokenizer = ClipTokenizer.open(path.resolve(import.meta.dirname, '../../../models/pocket/tokenizer'));

const FOX = { name: 'Rusty', words: 'fox', looks: 'a fox' };
const BEAR = { name: 'Bella', words: 'bear', looks: 'a bear wearing a hat' };
const OWL = { name: 'Olga', words: 'owl' };

const said = (prompt: string, concepts = [FOX, BEAR]) =>
  Object.fromEntries(saidOfEach(tokenizer.tokenize(prompt), concepts as (typeof FOX)[]));

test.each([
  [
    'something said of each',
    'a drawing of a fox sitting and a bear wearing a hat eating an apple on a farm',
    'a drawing of a fox sitting',
    'a drawing of a bear wearing a hat eating an apple on a farm',
  ],
  [
    'something said of both',
    'a drawing of a fox and a bear wearing a hat waving on the beach',
    'a drawing of a fox waving on the beach',
    'a drawing of a bear wearing a hat waving on the beach',
  ],
  ['nothing said of them', 'a fox, a bear wearing a hat', 'a fox', 'a bear wearing a hat'],
  [
    'them in the other order',
    'a bear wearing a hat sleeping with the fox in a bedroom',
    'the fox in a bedroom',
    'a bear wearing a hat sleeping',
  ],
])('given %s, then each has the words before all, its looks and its own', (_, prompt, fox, bear) => {
  expect(said(prompt)).toEqual({ Rusty: fox, Bella: bear });
});

test('given one that comes twice, then all that is said of it is its own', () => {
  const prompt = 'a fox running and a bear wearing a hat waving and a fox sleeping';
  expect(said(prompt).Rusty).toBe('a fox running a fox sleeping');
});

test('given one that the prompt does not mention, then nothing is told of it', () => {
  expect(said('a fox standing in the snow')).toEqual({ Rusty: 'a fox standing in the snow' });
});

test('given three, one without looks, then each ends where the next begins', () => {
  expect(said('a fox, a bear wearing a hat and an owl dancing', [FOX, BEAR, OWL as never])).toEqual({
    Rusty: 'a fox dancing',
    Bella: 'a bear wearing a hat dancing',
    Olga: 'an owl dancing',
  });
});
