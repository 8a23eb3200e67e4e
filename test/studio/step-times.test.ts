import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineProgress } from '../../src/engine/worker/messages.ts';
import { ProgressEstimate, StepTimes, type WorkPlan } from '../../src/studio/step-times.ts';

const PLAN: WorkPlan = { encode: 1, sample: 10, match: 1, inject: 9, decode: 2 };
const MS: Readonly<Record<string, number>> = { load: 500, encode: 20, sample: 100, match: 50, inject: 110, decode: 10 };

function* drawing(): Iterable<EngineProgress> {
  for (const [phase, total] of Object.entries(PLAN) as [EngineProgress['phase'], number][]) {
    for (let done = 0; done <= total; done++) yield { phase, done, total };
  }
}

/** Goes through a drawing on a clock of its own. @returns what was told, with what really remained */
function draw(times: StepTimes) {
  let now = 0;
  const estimate = new ProgressEstimate(PLAN, 2, 'pocket', times, () => now);
  const told = [...drawing()].map((at) => {
    if (at.done > 0) now += MS[at.phase] as number;
    return { at: now, ...estimate.update(at) };
  });
  return told.map((each) => ({ ...each, really: now - each.at }));
}

test('given a first drawing, then nothing is said of the time before a step was measured', () => {
  const told = draw(new StepTimes());
  expect(told.filter(({ phase }) => phase === 'encode').map(({ remainingMs }) => remainingMs)).toEqual([
    undefined,
    undefined,
  ]);
  const afterStep = told.filter(({ phase }) => phase === 'sample')[1];
  // Injection is taken to cost as much as sampling until it is measured.
  expect(Math.abs((afterStep?.remainingMs as number) / (afterStep?.really as number) - 1)).toBeLessThan(0.1);
});

test('given a drawing before, then the next one is told right from its start', () => {
  const times = new StepTimes();
  draw(times);
  for (const { remainingMs, really } of draw(times)) expect(Math.abs((remainingMs as number) - really)).toBeLessThan(5);
});

test('given any drawing, then the share goes from 0 to 1 and never back, also where phases are left out', () => {
  const phases = fc.subarray(Object.keys(PLAN), { minLength: 1 });
  fc.assert(
    fc.property(phases, fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 }), (kept, waits) => {
      let now = 0;
      const estimate = new ProgressEstimate(PLAN, 3, 'm', new StepTimes(), () => now);
      const shares = [...drawing()]
        .filter(({ phase }) => kept.includes(phase))
        .map((at, i) => {
          now += waits[i % waits.length] as number;
          return estimate.update(at).share;
        });
      expect([...shares].sort((a, b) => a - b)).toEqual(shares);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    }),
  );
  expect(draw(new StepTimes()).at(-1)?.share).toBe(1);
});
