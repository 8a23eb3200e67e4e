import type { Mask } from '../../engine/consistory/subject-mask.ts';
import { creatureMasks } from './creature-masks.ts';
import { ATTRIBUTES_SIDE, MAP_SIDE } from './judge-graph.ts';
import {
  ACCESSORIES,
  ACTIONS,
  BELLIES,
  COLOURS,
  EYES,
  type JudgedCreature,
  type Judgement,
  PLACES,
  SPECIES,
  TIMES,
  type Verdict,
} from './judgement.ts';
import { softmax } from './softmax.ts';

/** Words of the channels of `attributes`, in order; judge.json has to agree. */
export const ATTRIBUTE_WORDS = {
  species: SPECIES,
  colour: COLOURS,
  accessory: ACCESSORIES,
  accessoryColour: COLOURS,
  eyes: EYES,
  belly: BELLIES,
  action: ACTIONS,
} as const;

export interface JudgeOutputs {
  /** [16, 64, 64] */
  readonly map: Float32Array;
  /** [52, 32, 32] */
  readonly attributes: Float32Array;
  /** [16] */
  readonly scene: Float32Array;
}

/** The outputs of the judge's graph for one picture, in words. */
export function readJudgement({ map, attributes, scene }: JudgeOutputs): Judgement {
  const species = new Uint8Array(MAP_SIDE ** 2).map((_, cell) => {
    let best = 0;
    for (let k = 1; k <= SPECIES.length; k++) {
      if ((map[k * MAP_SIDE ** 2 + cell] as number) > (map[best * MAP_SIDE ** 2 + cell] as number)) best = k;
    }
    return best;
  });
  const place = verdict(PLACES, scene.subarray(0, PLACES.length));
  const time = verdict(TIMES, scene.subarray(PLACES.length));
  const instances = creatureMasks(map).map((mask) => creature(mask, attributes));
  return {
    instances: instances.sort((a, b) => b.area - a.area),
    place: place.is,
    placeConfidence: place.confidence,
    time: time.is,
    timeConfidence: time.confidence,
    grid: { height: MAP_SIDE, width: MAP_SIDE },
    species,
  };
}

function creature(mask: Mask, attributes: Float32Array): JudgedCreature {
  const logits = meanInside(mask, attributes);
  let at = 0;
  const next = <Word extends string>(words: readonly Word[]): Verdict<Word> => {
    at += words.length;
    return verdict(words, logits.subarray(at - words.length, at));
  };
  const verdicts = {
    species: next(SPECIES),
    colour: next(COLOURS),
    accessory: next(ACCESSORIES),
    accessoryColour: next(COLOURS),
    eyes: next(EYES),
    belly: next(BELLIES),
    action: next(ACTIONS),
  };
  const { species, colour, accessory } = verdicts;
  return {
    species: species.is,
    speciesConfidence: species.confidence,
    colour: colour.is,
    colourConfidence: colour.confidence,
    accessory: accessory.is,
    accessoryConfidence: accessory.confidence,
    accessoryColour: accessory.is === 'none' ? null : verdicts.accessoryColour.is,
    eyes: verdicts.eyes.is,
    belly: verdicts.belly.is,
    action: verdicts.action.is,
    verdicts,
    mask,
    ...whereabouts(mask),
  };
}

/** Mean over the creature's cells of every channel of `attributes`, whose cells are 2 x 2 of the mask's. */
function meanInside(mask: Mask, attributes: Float32Array): Float32Array {
  const area = ATTRIBUTES_SIDE ** 2;
  const fold = MAP_SIDE / ATTRIBUTES_SIDE;
  const weights = new Float32Array(area);
  for (const [cell, inside] of mask.entries()) {
    const y = Math.floor(cell / MAP_SIDE / fold);
    const x = Math.floor((cell % MAP_SIDE) / fold);
    weights[y * ATTRIBUTES_SIDE + x] = (weights[y * ATTRIBUTES_SIDE + x] as number) + inside;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return new Float32Array(attributes.length / area).map((_, channel) => {
    let sum = 0;
    for (let i = 0; i < area; i++) sum += (weights[i] as number) * (attributes[channel * area + i] as number);
    return sum / total;
  });
}

function whereabouts(mask: Mask): Pick<JudgedCreature, 'centroid' | 'area'> {
  let [cells, x, y] = [0, 0, 0];
  for (const [cell, inside] of mask.entries()) {
    if (!inside) continue;
    cells += 1;
    x += (cell % MAP_SIDE) + 0.5;
    y += Math.floor(cell / MAP_SIDE) + 0.5;
  }
  return { centroid: { x: x / cells / MAP_SIDE, y: y / cells / MAP_SIDE }, area: cells / mask.length };
}

function verdict<Word extends string>(words: readonly Word[], logits: Float32Array): Verdict<Word> {
  const shares = softmax(logits);
  const confidence = Math.max(...shares);
  return { is: words[shares.indexOf(confidence)] as Word, confidence };
}
