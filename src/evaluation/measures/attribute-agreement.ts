import { meanOf, pairs, share } from '../../inspection/pairs.ts';
import type { JudgedCreature, Judgement } from '../judge/judgement.ts';
import type { Measures } from './measure-names.ts';

/** What the judge reads of a panel's subject. */
export type JudgedSubject = Pick<JudgedCreature, 'species' | 'colour' | 'accessory' | 'eyes' | 'belly'>;

/** The largest creature of the species that was asked for, or else the largest one; null where there is none. */
export function judgedSubject({ instances }: Judgement, asked: string): JudgedSubject | null {
  const found = instances.find(({ species }) => species === asked) ?? instances[0];
  if (!found) return null;
  const { species, colour, accessory, eyes, belly } = found;
  return { species, colour, accessory, eyes, belly };
}

export type AttributeMeasures = Pick<Measures, 'judgedSpecies' | 'judgedCoats' | 'judgedAccessories' | 'judgedDetails'>;

/**
 * Agreement between panels by what the judge reads. A panel in which it sees nobody agrees with none.
 * @param subjects per panel; undefined where there is no judge
 */
export function attributeMeasures(
  subjects: readonly (JudgedSubject | null)[] | undefined,
  asked: string,
): AttributeMeasures {
  if (!subjects) return { judgedSpecies: null, judgedCoats: null, judgedAccessories: null, judgedDetails: null };
  const agreeing = (same: (one: JudgedSubject, other: JudgedSubject) => boolean) =>
    meanOf(pairs(subjects, (one, other) => Number(one !== null && other !== null && same(one, other))));
  return {
    judgedSpecies: share(subjects.map((subject) => subject?.species === asked)),
    judgedCoats: agreeing((one, other) => one.colour === other.colour),
    judgedAccessories: agreeing((one, other) => one.accessory === other.accessory),
    judgedDetails: agreeing((one, other) => one.eyes === other.eyes && one.belly === other.belly),
  };
}
