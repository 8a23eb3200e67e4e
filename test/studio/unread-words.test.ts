import { expect, test } from 'vitest';
import { drawingResult, unreadWords } from '../../src/studio/unread-words.ts';

test('given what several jobs told, then each word comes once, and the last word on a panel counts', () => {
  const first = drawingResult({
    unknownWords: ['wizard', 'bicycle'],
    truncatedWords: { 0: ['at', 'sea'], 3: ['now'] },
  });
  const later = drawingResult({ unknownWords: ['wizard'], truncatedWords: { 3: ['here'] } });
  expect(unreadWords([{ result: first }, { result: later }])).toEqual({
    unknownWords: ['wizard', 'bicycle'],
    truncatedWords: { 0: ['at', 'sea'], 3: ['here'] },
  });
});

test('given jobs that told nothing, or told it otherwise, then nothing is made up', () => {
  const results = [null, drawingResult(), { candidates: 4 }, { unknownWords: 'wizard', truncatedWords: {} }];
  expect(unreadWords(results.map((result) => ({ result })))).toEqual({ unknownWords: [], truncatedWords: {} });
});
