import { describe, expect, it } from 'vitest';
import { RunProgress } from '../../src/evaluation/run-progress.ts';

/** A run whose clock stands still unless it is told to go on. */
function runOf(total: number) {
  const lines: string[] = [];
  let time = 0;
  const progress = new RunProgress(total, { write: (line) => lines.push(line), now: () => time });
  return {
    progress,
    lines,
    step: (done: number, seconds: number) => {
      time += seconds * 1000;
      progress.engine({ phase: 'sample', done, total: 4 });
    },
  };
}

describe('the progress of a run', () => {
  it('given a unit that takes minutes, then a line now and then, and what is left by those that took time', () => {
    const { progress, lines, step } = runOf(4);
    progress.prepared('Drawing with tiny');
    progress.unitDone('first, from the cache');
    for (const done of [1, 2, 3, 4]) step(done, 20);
    progress.unitDone('second');
    step(1, 5);
    progress.unitDone('third');
    progress.unitDone('fourth');
    expect(lines).toEqual([
      'Drawing with tiny',
      '1/4 first, from the cache',
      '   drawing, step 2 of 4, 40 s so far',
      '   drawing, step 4 of 4, 80 s so far',
      '2/4 second; about 3 minutes left',
      '3/4 third; about 43 s left',
      '4/4 fourth',
    ]);
  });

  it('given what came before the first unit, then its time is no unit’s', () => {
    const { progress, lines, step } = runOf(2);
    step(1, 7200);
    progress.prepared('Drawing');
    step(1, 5);
    progress.unitDone('one');
    expect(lines.slice(1)).toEqual(['Drawing', '1/2 one; about 5 s left']);
  });

  it('given hours, then hours', () => {
    const { progress, lines, step } = runOf(3);
    step(1, 7200);
    progress.unitDone('one');
    expect(lines.at(-1)).toBe('1/3 one; about 4.0 hours left');
  });
});
