import { expect, test } from 'vitest';
import { drawingNotes, drawingResult } from '../../src/studio/drawing-notes.ts';

test('given what several jobs told, then each word and name comes once, and the last word on a panel counts', () => {
  const first = drawingResult({
    unknownWords: ['wizard', 'bicycle'],
    truncatedWords: { 0: ['at', 'sea'], 3: ['now'] },
    drifted: ['Rusty'],
  });
  const later = drawingResult({
    unknownWords: ['wizard'],
    truncatedWords: { 3: ['here'] },
    drifted: ['Rusty', 'Bruno'],
  });
  expect(drawingNotes([{ result: first }, { result: later }])).toEqual({
    unknownWords: ['wizard', 'bicycle'],
    truncatedWords: { 0: ['at', 'sea'], 3: ['here'] },
    drifted: ['Rusty', 'Bruno'],
  });
});

test('given jobs that told nothing, or told it otherwise, then nothing is made up', () => {
  const results = [null, drawingResult(), { candidates: 4 }, { unknownWords: 'wizard', truncatedWords: {} }];
  const nothing = { unknownWords: [], truncatedWords: {}, drifted: [] };
  expect(drawingNotes(results.map((result) => ({ result })))).toEqual(nothing);
});
