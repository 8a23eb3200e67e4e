import { describe, expect, it } from 'vitest';
import { sectionMarkdown } from '../../../src/evaluation/report/section-markdown.ts';
import { failuresSection } from '../../../src/evaluation/report/sections/failures.ts';
import { calibrate, type Observation } from '../../../src/evaluation/signatures/calibration.ts';
import { PROVOCATIONS, provocationsFor } from '../../../src/evaluation/signatures/provocations.ts';
import { SIGNATURES } from '../../../src/inspection/warning.ts';

const named = (steps: number) => provocationsFor(steps).map(({ name }) => name);

describe('provocations for a model', () => {
  it('given as many steps as usual, then the usual ones', () => {
    expect(provocationsFor(20)).toEqual(PROVOCATIONS);
    expect(named(20).slice(-2)).toEqual(['three steps', 'five steps']);
  });

  it('given a model that takes few steps, then fewer; given one step, then too few steps can not be provoked', () => {
    expect(named(4).slice(-2)).toEqual(['one step', 'two steps']);
    expect(named(2).at(-1)).toBe('one step');
    expect(provocationsFor(1).filter(({ provokes }) => provokes === 'poor-details')).toEqual([]);
  });
});

describe('the detectors on another model than the pocket', () => {
  /** Normal drawings score 0.4, provoked ones 0.8. */
  const provocations = provocationsFor(1);
  const observations = (['choosing', 'testing'] as const).flatMap((half) =>
    provocations.map(({ name, provokes }): Observation => {
      const score = provokes === undefined ? 0.4 : 0.8;
      return {
        story: 'fox',
        seed: '701',
        half,
        drawn: name,
        scores: Object.fromEntries(SIGNATURES.map((signature) => [signature, score])) as Observation['scores'],
      };
    }),
  );
  const detectors = calibrate(observations, provocations);
  const report = (model: string) =>
    sectionMarkdown(
      failuresSection({
        command: '',
        code: '',
        machine: '',
        date: '',
        model,
        modelHash: '',
        steps: 1,
        provocations: provocations.map(({ name, provokes, about }) => ({ name, provokes, about })),
        detectors,
        observations,
      }),
    );

  it('then the report tells how the pocket’s thresholds do on it, and the numbers to put in', () => {
    const text = report('sdxl');
    expect(text).toContain('Where it draws with sdxl, put those of the last column in their place');
    expect(text).toContain('| `layout-collapse` | 0.262 | 2 of 2 | 0.600 |');
    expect(text).toContain('| `inconsistent-subject` | 0.513 | 0 of 2 | 0.600 |');
    expect(report('pocket')).not.toContain('put those of the last column');
  });

  it('given a failure that was not provoked, then it has no threshold, and no rate that would be made up', () => {
    const details = detectors.find(({ signature }) => signature === 'poor-details');
    expect(details).toMatchObject({ threshold: null, ranked: null, testing: { precision: null } });
    expect(details?.testing.recall).toBeUndefined();
    expect(report('sdxl')).toContain('| `poor-details` | 0.204 | 2 of 2 | – |');
  });
});
