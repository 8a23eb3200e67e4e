import { describe, expect, it } from 'vitest';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import type { JudgedCreature } from '../../../src/evaluation/judge/judgement.ts';
import { pastedShots } from '../../../src/evaluation/story-benchmark/copy-paste-baseline.ts';
import type { DrawnShots } from '../../../src/evaluation/story-benchmark/drawn-shots.ts';
import { cosine } from '../../../src/evaluation/story-benchmark/looking/cosine.ts';
import {
  identityVector,
  outlineVector,
  probabilities,
} from '../../../src/evaluation/story-benchmark/looking/creature-features.ts';
import type { SeenCreature, Sighting } from '../../../src/evaluation/story-benchmark/looking/sightings.ts';
import type { AskedShot } from '../../../src/evaluation/story-benchmark/prompt-alignment.ts';
import { parseStory } from '../../../src/evaluation/story-benchmark/story-file.ts';
import { measureStory } from '../../../src/evaluation/story-benchmark/story-measures.ts';

const GRID = { height: 64, width: 64 };
const RED = [214, 64, 58] as const;
const BLUE = [74, 134, 216] as const;

/** A creature that fills a box of the grid, 2 x 2 pixels a cell; head and body in two colours. */
function painted(box: { x: number; y: number; size: number }, head: readonly number[], body: readonly number[]) {
  const mask = new Uint8Array(64 * 64);
  const rgb = new Uint8Array(128 * 128 * 3).fill(200);
  for (let y = box.y; y < box.y + box.size; y++) {
    for (let x = box.x; x < box.x + box.size; x++) {
      mask[y * 64 + x] = 1;
      for (const [dy, dx] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        rgb.set(y < box.y + box.size / 2 ? head : body, ((y * 2 + dy) * 128 + x * 2 + dx) * 3);
      }
    }
  }
  return { mask, image: { width: 128, height: 128, rgb } as RasterImage };
}

const creature = (mask: Uint8Array, verdicts: Partial<JudgedCreature['verdicts']> = {}): JudgedCreature =>
  ({
    accessory: 'none',
    mask,
    verdicts: {
      species: { is: 'fox', confidence: 1 },
      colour: { is: 'red', confidence: 1 },
      accessory: { is: 'none', confidence: 1 },
      accessoryColour: { is: 'red', confidence: 0.1 },
      ...verdicts,
    },
  }) as JudgedCreature;

describe('who a creature is', () => {
  const here = painted({ x: 8, y: 8, size: 20 }, RED, RED);
  const there = painted({ x: 30, y: 24, size: 32 }, RED, RED);
  const blue = painted({ x: 8, y: 8, size: 20 }, BLUE, BLUE);
  const vector = ({ mask, image }: typeof here, verdicts: Partial<JudgedCreature['verdicts']> = {}) =>
    identityVector(creature(mask, verdicts), image, GRID);

  it('given the same one elsewhere and larger, then it is the same', () => {
    expect(cosine(vector(here), vector(there))).toBeCloseTo(1, 9);
  });

  it('given another coat, then two of five parts are another', () => {
    const other = vector(blue, { colour: { is: 'blue', confidence: 1 } });
    const found = cosine(vector(here), other);
    expect(found).toBeGreaterThan(0.6 - 1e-9);
    expect(found).toBeLessThan(0.7); // histograms spread over neighbouring cells
  });

  it('given another species of the same colour, then one of five', () => {
    const cat = vector(here, { species: { is: 'cat', confidence: 1 } });
    expect(cosine(vector(here), cat)).toBeCloseTo(0.8, 9);
  });

  it('given a verdict, then its confidence is where it is and the rest is spread', () => {
    expect(probabilities({ is: 'b', confidence: 0.7 }, ['a', 'b', 'c', 'd'])).toEqual(
      [0.1, 0.7, 0.1, 0.1].map((p) => expect.closeTo(p, 12)),
    );
  });
});

describe('the outline of a creature', () => {
  const outline = (mask: Uint8Array) => outlineVector(creature(mask), GRID);
  const shaped = (x: number, y: number, size: number, flip: boolean) => {
    const { mask } = painted({ x, y, size }, RED, RED);
    // without its upper right quarter, or its upper left one
    return mask.map((inside, i) => {
      const [column, row] = [i % 64, Math.floor(i / 64)];
      const cut = row < y + size / 2 && (flip ? column < x + size / 2 : column >= x + size / 2);
      return cut ? 0 : inside;
    });
  };

  it('given the same elsewhere and larger, then it is the same; turned round it is another', () => {
    expect(cosine(outline(shaped(8, 8, 16, false)), outline(shaped(20, 20, 32, false)))).toBeCloseTo(1, 9);
    // a quarter is missing on either side: the means of the remaining three quarters are taken off
    expect(cosine(outline(shaped(8, 8, 16, false)), outline(shaped(8, 8, 16, true)))).toBeCloseTo(-1 / 3, 9);
  });
});

const seen = (species: string, action: string, identity: number[], outline: number[]): SeenCreature => ({
  species,
  colour: 'red',
  accessory: 'none',
  action,
  actionProbabilities: [],
  area: 0.2,
  identity,
  outline,
});
const sighting = (place: string, creatures: SeenCreature[]): Sighting => ({
  place,
  time: 'day',
  placeProbabilities: [],
  creatures,
  style: [1, 0],
});
const asked = (place: string, ...onStage: [string, string, string][]): AskedShot => ({
  place,
  time: null,
  onStage: onStage.map(([name, species, action]) => ({ name, species, action })),
});

describe('the measures of a story', () => {
  const references = new Map([
    ['Rusty', sighting('farm', [seen('fox', 'standing', [1, 0, 0], [1, 0])])],
    ['Bella', sighting('farm', [seen('bear', 'standing', [0, 1, 0], [0, 1])])],
  ]);
  const further = new Map([
    ['Rusty', [sighting('farm', [seen('fox', 'waving', [1, 0, 0], [0, 1])])]],
    ['Bella', [sighting('farm', [seen('bear', 'waving', [0, 1, 0], [1, 0])]), sighting('farm', [])]],
  ]);
  const script = [
    asked('beach', ['Rusty', 'fox', 'running']),
    asked('snow', ['Rusty', 'fox', 'waving'], ['Bella', 'bear', 'sitting']),
  ];

  it('given shots as the script has them, then all is at its best', () => {
    const shots = [
      sighting('beach', [seen('fox', 'running', [1, 0, 0], [0, 1])]),
      sighting('snow', [seen('bear', 'sitting', [0, 1, 0], [1, 1]), seen('fox', 'waving', [1, 0, 0], [0, 1])]),
    ];
    const { measures } = measureStory(script, shots, references, further);
    expect(measures).toMatchObject({
      cidsCross: 1,
      cidsSelf: 1,
      found: 1,
      csdCross: 1,
      scene: 1,
      interaction: 1,
      actions: 1,
      alignment: 1,
      who: 1,
      occm: 100,
      canonPose: 0,
    });
    // Rusty has the outlines of its further picture; Bella's is as near to hers as to the canon's
    expect(measures.copyPaste).toBeCloseTo(0.25, 9);
  });

  it('given a missing bear, a fox that stands as its canon and a wrong place, then each measure says its part', () => {
    const shots = [
      sighting('beach', [seen('fox', 'standing', [1, 0, 0], [1, 0])]),
      sighting('city', [seen('fox', 'standing', [0, 0, 1], [1, 0])]),
    ];
    const { measures, characters, shots: told } = measureStory(script, shots, references, further);
    expect(characters).toEqual([
      { character: 'Rusty', shots: 2, found: 2, cross: 0.5, self: 0 },
      { character: 'Bella', shots: 1, found: 0, cross: 0, self: null },
    ]);
    expect(measures).toMatchObject({
      cidsCross: 0.25,
      cidsSelf: 0,
      found: 2 / 3,
      scene: 0.5,
      interaction: 0,
      actions: 0,
      alignment: 0.5 / 3,
      who: 0.75,
      copyPaste: expect.closeTo(1, 9),
      canonPose: 1,
    });
    expect(measures.occm).toBeCloseTo((100 + 100 / Math.sqrt(Math.E)) / 2, 3);
    expect(told[1]).toMatchObject({ detected: 1, expected: 2, seen: ['red fox, none, standing'] });
  });
});

describe('the copy-paste baseline', () => {
  const flat = (value: number, name: string, centre: number) => ({
    prompt: '',
    image: { width: 8, height: 2, rgb: Uint8Array.from({ length: 48 }, (_, i) => value + (Math.floor(i / 3) % 8)) },
    latents: Float32Array.from({ length: 8 }, (_, i) => value + (i % 4)),
    masks: { [name]: Uint8Array.from({ length: 4 }, (_, i) => Number(i === centre)) },
  });
  const canons: DrawnShots = {
    shots: [flat(100, 'A', 0), flat(200, 'B', 3)],
    latentShape: [1, 2, 4],
    maskGrid: { height: 1, width: 4 },
    took: 3,
  };
  const story = parseStory(
    JSON.stringify({
      Characters: { A: { prompt_en: 'a fox' }, B: { prompt_en: 'a bear' } },
      Shots: [
        { 'Static Shot Description': 'B waving', 'Characters Appearing': ['B'] },
        { 'Static Shot Description': 'A and B waving', 'Characters Appearing': ['A', 'B'] },
      ],
    }),
    'tale.json',
  );

  it('given one on stage, then it is the canon; given two, then half of each, around where they are', () => {
    const [alone, both] = pastedShots(story, canons).shots;
    expect(alone?.image.rgb).toEqual(canons.shots[1]?.image.rgb);
    const row = [...(both?.image.rgb.subarray(0, 24) ?? [])].filter((_, i) => i % 3 === 0);
    expect(row).toEqual([100, 101, 102, 103, 204, 205, 206, 207]);
    expect([...(both?.latents.subarray(0, 4) ?? [])]).toEqual([100, 101, 202, 203]);
  });
});
