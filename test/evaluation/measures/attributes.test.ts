import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../src/evaluation/judge/judgement.ts';
import {
  attributeMeasures,
  type JudgedSubject,
  judgedSubject,
} from '../../../src/evaluation/measures/attribute-agreement.ts';

const FOX: JudgedSubject = { species: 'fox', colour: 'red', accessory: 'hat', eyes: 'dot', belly: 'light' };

const seeing = (...creatures: JudgedSubject[]): Judgement => ({ instances: creatures }) as unknown as Judgement;

describe('judgedSubject', () => {
  it('given two creatures, then that of the species asked for, though it is the smaller one', () => {
    expect(judgedSubject(seeing({ ...FOX, species: 'cat' }, FOX), 'fox')).toEqual(FOX);
  });

  it('given another species only, then that; given nobody, then nobody', () => {
    expect(judgedSubject(seeing({ ...FOX, species: 'cat' }), 'fox')?.species).toBe('cat');
    expect(judgedSubject(seeing(), 'fox')).toBeNull();
  });
});

describe('attributeMeasures', () => {
  it('given three panels of which one wears something else, then one pair of three agrees', () => {
    const measures = attributeMeasures([FOX, FOX, { ...FOX, accessory: 'crown', eyes: 'wide' }], 'fox');
    expect(measures.judgedSpecies).toBe(1);
    expect(measures.judgedCoats).toBe(1);
    expect(measures.judgedAccessories).toBeCloseTo(1 / 3, 12);
    expect(measures.judgedDetails).toBeCloseTo(1 / 3, 12);
  });

  it('given a panel without anybody, then it agrees with none, not even with another such', () => {
    const measures = attributeMeasures([null, null, FOX], 'fox');
    expect(measures).toEqual({
      judgedSpecies: 1 / 3,
      judgedCoats: 0,
      judgedAccessories: 0,
      judgedDetails: 0,
    });
  });

  it('given no judge, then there are no such measures', () => {
    expect(Object.values(attributeMeasures(undefined, 'fox'))).toEqual([null, null, null, null]);
  });
});
