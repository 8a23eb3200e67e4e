import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  injectionSteps,
  PAPER_SETTINGS,
  PLAIN_SETTINGS,
  passLengths,
  type QueryBlending,
  queryStrength,
} from '../../../src/engine/consistory/settings.ts';

const schedule = (blending: QueryBlending | undefined, steps: number) =>
  Array.from({ length: steps }, (_, step) => queryStrength(blending, step, steps));

describe('given the values of the paper', () => {
  it('then 50 steps blend queries in the first five, 0.9 falling to 0.8, and inject in 5 to 16', () => {
    const strengths = schedule(PAPER_SETTINGS.queryBlending, 50);
    const wanted = [0.9, 0.875, 0.85, 0.825, 0.8];
    for (const [step, strength] of strengths.entries()) expect(strength).toBeCloseTo(wanted[step] ?? 0, 12);
    expect(injectionSteps(PAPER_SETTINGS.featureInjection as never, 50)).toEqual([5, 17]);
  });

  it('then sharing drops half of the tokens and has two anchors', () => {
    expect(PAPER_SETTINGS).toMatchObject({ sharedAttention: true, maskDropout: 0.5, anchors: 2 });
    expect(PAPER_SETTINGS.featureInjection).toMatchObject({ strength: 0.8, similarity: 'otsu' });
  });

  it('given any number of steps, then injection begins where blending ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (steps) => {
        const [from, until] = injectionSteps(PAPER_SETTINGS.featureInjection as never, steps);
        const blended = schedule(PAPER_SETTINGS.queryBlending, steps).filter((strength) => strength > 0).length;
        expect(blended).toBe(from);
        expect(until).toBeGreaterThanOrEqual(from);
        expect(until).toBeLessThanOrEqual(steps);
      }),
    );
  });
});

describe('passLengths', () => {
  const ahead = (lookahead: number | 'pass', until = 0.5) => ({
    ...PAPER_SETTINGS,
    featureInjection: { lookahead, strength: 0.8, from: 0.1, until, similarity: 'otsu' as const },
  });
  it.each([
    ['plain', PLAIN_SETTINGS, 30, { sample: 30, inject: 0 }],
    ['two passes', ahead('pass'), 30, { sample: 30, inject: 27 }],
    ['a look ahead of four', ahead(4), 30, { sample: 7, inject: 27 }],
    ['a single step, of which none is left for injection', ahead(4, 0.4), 1, { sample: 1, inject: 0 }],
  ])('given %s, then the steps are told', (_what, settings, steps, lengths) => {
    expect(passLengths(settings, steps)).toEqual(lengths);
  });
});

describe('queryStrength', () => {
  it('given any schedule, then it goes evenly from its first to its last value and is 0 afterwards', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, fc.integer({ min: 1, max: 60 }), (from, to, until, steps) => {
        const strengths = schedule({ from, to, until }, steps);
        const last = Math.round(until * steps);
        const blended = strengths.slice(0, last);
        expect(strengths.slice(last).every((strength) => strength === 0)).toBe(true);
        if (last > 0) expect(blended[0]).toBeCloseTo(from, 12);
        if (last > 1) expect(blended.at(-1)).toBeCloseTo(to, 12);
        const strides = blended.slice(1).map((strength, i) => strength - (blended[i] as number));
        for (const stride of strides) expect(stride).toBeCloseTo(strides[0] as number, 12);
      }),
    );
  });

  it('given no blending, then nothing is blended', () => {
    expect(schedule(undefined, 5)).toEqual([0, 0, 0, 0, 0]);
  });
});
