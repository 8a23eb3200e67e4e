import { meanOf } from '../../inspection/pairs.ts';
import { type CharacterSimilarity, type Cids, castShot, cids, type ShotCast } from './cids.ts';
import { copyPasteRate } from './copy-paste.ts';
import { type StyleSimilarity, styleSimilarity } from './looking/csd.ts';
import type { SeenCreature, Sighting } from './looking/sightings.ts';
import { occm } from './occm.ts';
import { type AskedShot, meanAlignment, type PromptAlignment, promptAlignment } from './prompt-alignment.ts';
import { CANON_ACTION } from './story-requests.ts';

/** By their names in ViStoryBench; null: nothing to measure in this story. */
export interface StoryMeasures {
  readonly cidsCross: number | null;
  readonly cidsSelf: number | null;
  /** share of those on stage who were found */
  readonly found: number | null;
  readonly csdCross: number | null;
  readonly csdSelf: number | null;
  readonly scene: number | null;
  readonly interaction: number | null;
  readonly actions: number | null;
  readonly alignment: number | null;
  readonly who: number | null;
  readonly occm: number | null;
  readonly copyPaste: number | null;
  /** share of those asked to do something else who do what the canon does */
  readonly canonPose: number | null;
}

export interface MeasuredStory {
  readonly measures: StoryMeasures;
  readonly characters: readonly CharacterSimilarity[];
  readonly shots: readonly MeasuredShot[];
}

export interface MeasuredShot extends PromptAlignment {
  /** null where nobody counts */
  readonly occm: number | null;
  readonly detected: number | null;
  readonly expected: number;
  readonly seen: readonly string[];
}

/**
 * All measures of one story.
 * @param references one sighting for each character: the picture of its canon
 * @param further for each character other pictures of it, for copy-paste
 */
export function measureStory(
  asked: readonly AskedShot[],
  sightings: readonly Sighting[],
  references: ReadonlyMap<string, Sighting>,
  further: ReadonlyMap<string, readonly Sighting[]>,
): MeasuredStory {
  const known = new Map(
    [...references].flatMap(([name, { creatures }]) => (creatures[0] ? [[name, creatures[0]] as const] : [])),
  );
  const identities = new Map([...known].map(([name, creature]) => [name, creature.identity]));
  const sighted = sightings.map(({ creatures }, i) => ({
    onStage: (asked[i] as AskedShot).onStage.map(({ name }) => name),
    detected: creatures.map(({ identity }) => identity),
  }));
  const casts = sighted.map((shot) => castShot(shot, identities));
  const similarity = cids(sighted, casts, identities);
  const shots = sightings.map((seen, i) => measureShot(asked[i] as AskedShot, seen, casts[i] as ShotCast));
  const style = styleSimilarity(
    sightings.map((seen) => seen.style),
    [...references.values()].map((seen) => seen.style),
  );
  const expected = shots.reduce((sum, shot) => sum + shot.expected, 0);
  return {
    measures: {
      ...sharedMeasures(similarity, expected, style, shots),
      occm: meanOf(shots.map((shot) => shot.occm ?? undefined)),
      copyPaste: meanOf(
        [...known].map(([name, { outline }]) => {
          const others = (further.get(name) ?? []).flatMap(({ creatures }) =>
            creatures[0] ? [creatures[0].outline] : [],
          );
          return copyPasteRate(outlinesOf(name, asked, sightings, casts), outline, others) ?? undefined;
        }),
      ),
      canonPose: canonPose(asked, sightings, casts),
    },
    characters: similarity.characters,
    shots,
  };
}

/**
 * The measures that every reader of pictures comes by in the same way.
 * @param expected how many are on stage, over all shots
 */
export function sharedMeasures(
  { cross, self, characters }: Cids,
  expected: number,
  style: StyleSimilarity,
  shots: readonly PromptAlignment[],
): Omit<StoryMeasures, 'occm' | 'copyPaste' | 'canonPose'> {
  const alignment = meanAlignment(shots);
  return {
    cidsCross: cross,
    cidsSelf: self,
    found: expected > 0 ? characters.reduce((sum, { found }) => sum + found, 0) / expected : null,
    csdCross: style.cross,
    csdSelf: style.self,
    scene: alignment.scene,
    interaction: alignment.interaction,
    actions: alignment.actions,
    alignment: alignment.average,
    who: alignment.who,
  };
}

function measureShot(asked: AskedShot, { place, time, creatures }: Sighting, cast: ShotCast): MeasuredShot {
  const actions = new Map([...cast].map(([name, index]) => [name, (creatures[index] as SeenCreature).action]));
  const species = creatures.map((creature) => creature.species);
  const [detected, expected] = [creatures.length, asked.onStage.length];
  return {
    ...promptAlignment(asked, { place, time, species, actions }),
    occm: occm(detected, expected),
    detected,
    expected,
    seen: creatures.map(({ colour, species, accessory, action }) => `${colour} ${species}, ${accessory}, ${action}`),
  };
}

/** Of the shots in which the character should not do what the canon does. */
const outlinesOf = (
  name: string,
  asked: readonly AskedShot[],
  sightings: readonly Sighting[],
  casts: readonly ShotCast[],
) =>
  sightings.flatMap(({ creatures }, i) => {
    const index = casts[i]?.get(name);
    const action = asked[i]?.onStage.find((character) => character.name === name)?.action;
    return index === undefined || action === CANON_ACTION ? [] : [(creatures[index] as SeenCreature).outline];
  });

function canonPose(
  asked: readonly AskedShot[],
  sightings: readonly Sighting[],
  casts: readonly ShotCast[],
): number | null {
  return meanOf(
    asked.flatMap(({ onStage }, i) =>
      onStage.flatMap(({ name, action }) => {
        const index = casts[i]?.get(name);
        if (index === undefined || action === null || action === CANON_ACTION) return [];
        return [Number(sightings[i]?.creatures[index]?.action === CANON_ACTION)];
      }),
    ),
  );
}
