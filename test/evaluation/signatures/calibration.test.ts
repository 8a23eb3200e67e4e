import { describe, expect, it } from 'vitest';
import {
  againstJudge,
  calibrate,
  chooseThreshold,
  type Observation,
} from '../../../src/evaluation/signatures/calibration.ts';
import { wilson } from '../../../src/evaluation/wilson.ts';
import type { Signature } from '../../../src/inspection/warning.ts';

const NOTHING: Record<Signature, number | null> = {
  'inconsistent-subject': 0,
  'layout-collapse': 0,
  'poor-details': null,
  'background-leakage': 0,
};

const observed = (half: Observation['half'], drawn: string, score: number): Observation => ({
  story: 'fox',
  seed: '1',
  half,
  drawn,
  scores: { ...NOTHING, 'inconsistent-subject': score },
});

describe('chooseThreshold', () => {
  it('given scores that fall apart, then the threshold is in the middle of the gap', () => {
    expect(chooseThreshold([0.8, 0.9], [0.1, 0.4])).toBeCloseTo(0.6, 12);
  });

  it('given one provoked drawing below a normal one, then the border is where recall exceeds false alarms by most', () => {
    expect(chooseThreshold([0.2, 0.7, 0.8, 0.9], [0.1, 0.3, 0.4, 0.5])).toBeCloseTo(0.6, 12);
  });

  it('given two borders that do equally well, then the one in the wider gap', () => {
    expect(chooseThreshold([0.3, 0.9], [0.2, 0.5])).toBeCloseTo(0.7, 12);
  });

  it('given one score alone, then that', () => {
    expect(chooseThreshold([0.5], [])).toBe(0.5);
  });
});

describe('wilson', () => {
  it('given 8 of 10, then the interval that the tables give', () => {
    const found = wilson(8, 10);
    expect([found?.rate, found?.low, found?.high].map((v) => v?.toFixed(4))).toEqual(['0.8000', '0.4902', '0.9433']);
  });

  it('given none or all, then the interval ends there but is not empty; given no cases, then there is none', () => {
    expect(wilson(0, 5)?.low).toBeCloseTo(0, 12);
    expect(wilson(0, 5)?.high).toBeCloseTo(0.4345, 4);
    expect(wilson(5, 5)?.high).toBeCloseTo(1, 12);
    expect(wilson(0, 0)).toBeUndefined();
  });
});

describe('againstJudge', () => {
  const seen = (score: number, ...coats: (string | null)[]) => ({ ...observed('testing', 'normal', score), coats });

  it('given what the judge reads, then drawings of two coats are those to be warned of, however they were made', () => {
    const rates = againstJudge(
      [
        seen(0.9, 'red', 'blue'),
        seen(0.2, 'red', 'blue', null),
        seen(0.8, 'red', 'red', null),
        seen(0.1, 'red', 'red'),
        seen(0.1, 'green', 'green'),
        { ...seen(0.9, 'red', 'blue'), half: 'choosing' as const },
      ],
      0.5,
    );
    expect(rates).toMatchObject({ recall: { count: 1, of: 2 }, falseAlarms: { count: 1, of: 3 }, precision: 1 / 2 });
  });

  it('given no judge, then nothing', () => {
    expect(againstJudge([observed('testing', 'normal', 1)], 0.5)).toBeUndefined();
  });
});

describe('calibrate', () => {
  const observations = [
    ...[0.1, 0.2, 0.3].map((score) => observed('choosing', 'normal', score)),
    ...[0.7, 0.8, 0.9].map((score) => observed('choosing', 'nothing shared', score)),
    ...[0.1, 0.2, 0.3, 0.6].map((score) => observed('testing', 'normal', score)),
    ...[0.4, 0.55, 0.8, 0.9].map((score) => observed('testing', 'nothing shared', score)),
    observed('testing', 'same noise', 0.95),
  ];
  const [report] = calibrate(observations);

  it('given two halves, then the threshold comes from one and the rates from the other', () => {
    expect(report?.signature).toBe('inconsistent-subject');
    expect(report?.threshold).toBeCloseTo(0.5, 12);
    expect(report?.choosing).toMatchObject({ precision: 1, recall: { count: 3, of: 3 }, falseAlarms: { count: 0 } });
    expect(report?.testing).toMatchObject({ recall: { count: 3, of: 4 }, falseAlarms: { count: 1, of: 4 } });
    expect(report?.testing.precision).toBeCloseTo(0.75, 12);
  });

  it('given drawings that provoke something else, then they are told, but are neither hits nor false alarms', () => {
    expect(report?.warned['same noise']).toMatchObject({ count: 1, of: 1 });
    expect(report?.warned['three steps']).toBeUndefined();
  });

  it('given both kinds, then the share of pairs that the score ranks right', () => {
    expect(report?.ranked).toBeCloseTo(14 / 16, 12);
  });

  it('given scores that cannot be told, then there are no rates rather than rates of nothing', () => {
    const details = calibrate(observations).find(({ signature }) => signature === 'poor-details');
    expect(details?.testing).toEqual({ precision: null, recall: undefined, falseAlarms: undefined });
    expect(details?.ranked).toBeNull();
  });
});
