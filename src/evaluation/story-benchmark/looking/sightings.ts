import type { Grid } from '../../../engine/consistory/subject-mask.ts';
import { byDaylight } from '../../../inspection/daylight.ts';
import type { Judge } from '../../judge/judge.ts';
import { ACTIONS, PLACES } from '../../judge/judgement.ts';
import type { DrawnShot } from '../drawn-shots.ts';
import { identityVector, outlineVector, probabilities } from './creature-features.ts';
import { channelStatistics } from './csd.ts';
import { type FeatureLooking, shotFeatures } from './shot-features.ts';

/** All that is measured of one picture by looking at it; numbers that JSON keeps. */
export interface Sighting {
  readonly place: string;
  readonly time: string;
  /** [PLACES] */
  readonly placeProbabilities: readonly number[];
  readonly creatures: readonly SeenCreature[];
  /** style embedding */
  readonly style: readonly number[];
}

export interface SeenCreature {
  readonly species: string;
  readonly colour: string;
  readonly accessory: string;
  readonly action: string;
  /** [ACTIONS] */
  readonly actionProbabilities: readonly number[];
  readonly area: number;
  readonly identity: readonly number[];
  readonly outline: readonly number[];
}

export interface Looking extends FeatureLooking {
  readonly judge: Pick<Judge, 'judge'>;
}

/** What a digit more would say is noise; files stay small. */
const DIGITS = 4;

/** Looks at pictures with the judge, and with the U-Net for their style. */
export async function lookAt(shots: readonly DrawnShot[], looking: Looking): Promise<Sighting[]> {
  const { grid, found } = await shotFeatures(shots, looking);
  const sightings: Sighting[] = [];
  for (const [i, shot] of shots.entries())
    sightings.push(await lookAtShot(shot, found[i] as Float32Array, grid, looking.judge));
  return sightings;
}

async function lookAtShot(
  { image, prompt }: DrawnShot,
  features: Float32Array,
  featureGrid: Grid,
  judge: Pick<Judge, 'judge'>,
): Promise<Sighting> {
  const { instances, grid, place, placeConfidence, time } = await judge.judge(image);
  const lit = byDaylight(image, prompt);
  return {
    place,
    time,
    placeProbabilities: rounded(probabilities({ is: place, confidence: placeConfidence }, PLACES)),
    creatures: instances.map((creature) => ({
      species: creature.species,
      colour: creature.colour,
      accessory: creature.accessory,
      action: creature.action,
      actionProbabilities: rounded(probabilities(creature.verdicts.action, ACTIONS)),
      area: creature.area,
      identity: rounded(identityVector(creature, lit, grid)),
      outline: rounded(outlineVector(creature, grid)),
    })),
    style: rounded(channelStatistics(features, featureGrid.height * featureGrid.width)),
  };
}

const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Number(value.toFixed(DIGITS)));
