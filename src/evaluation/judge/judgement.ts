import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';

/** The words of the pocket's world, in the order of the judge's outputs (judge.json has to agree). */
export const SPECIES = [
  'fox',
  'cat',
  'dog',
  'bear',
  'rabbit',
  'mouse',
  'owl',
  'frog',
  'penguin',
  'robot',
  'dragon',
  'pig',
] as const;
export const COLOURS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'grey',
  'white',
] as const;
export const ACCESSORIES = ['none', 'hat', 'scarf', 'bow tie', 'crown', 'cape', 'glasses'] as const;
export const EYES = ['dot', 'wide'] as const;
export const BELLIES = ['plain', 'light'] as const;
export const ACTIONS = [
  'standing',
  'sitting',
  'jumping',
  'waving',
  'sleeping',
  'running',
  'dancing',
  'reading a book',
  'holding a balloon',
  'holding a flower',
  'holding an umbrella',
  'eating an apple',
] as const;
export const PLACES = [
  'forest',
  'beach',
  'snow',
  'city',
  'desert',
  'moon',
  'bedroom',
  'garden',
  'sea',
  'mountains',
  'farm',
  'kitchen',
] as const;
export const TIMES = ['day', 'at night', 'at sunset', 'in the rain'] as const;

export type Species = (typeof SPECIES)[number];
export type Colour = (typeof COLOURS)[number];
export type Accessory = (typeof ACCESSORIES)[number];
export type Eyes = (typeof EYES)[number];
export type Belly = (typeof BELLIES)[number];
export type Action = (typeof ACTIONS)[number];
export type Place = (typeof PLACES)[number];
export type TimeOfDay = (typeof TIMES)[number];

/** One of the words, and how sure the judge is of it: its softmax, in [0, 1]. */
export interface Verdict<Word extends string> {
  readonly is: Word;
  readonly confidence: number;
}

/** A creature that the judge sees in a picture. */
export interface JudgedCreature {
  readonly species: Species;
  /** softmax, in [0, 1] */
  readonly speciesConfidence: number;
  /** of its coat */
  readonly colour: Colour;
  /** softmax, in [0, 1] */
  readonly colourConfidence: number;
  /** `none` where it wears nothing */
  readonly accessory: Accessory;
  /** softmax, in [0, 1] */
  readonly accessoryConfidence: number;
  /** null where it wears nothing */
  readonly accessoryColour: Colour | null;
  /** says nothing of frogs, owls, robots and sleepers, whose eyes are always alike */
  readonly eyes: Eyes;
  /** says nothing of penguins and robots */
  readonly belly: Belly;
  readonly action: Action;
  /** every attribute with its confidence */
  readonly verdicts: {
    readonly species: Verdict<Species>;
    readonly colour: Verdict<Colour>;
    readonly accessory: Verdict<Accessory>;
    readonly accessoryColour: Verdict<Colour>;
    readonly eyes: Verdict<Eyes>;
    readonly belly: Verdict<Belly>;
    readonly action: Verdict<Action>;
  };
  /** over `Judgement.grid`: 1 where it is seen; what it holds is no part of it, what it wears is */
  readonly mask: Mask;
  /** the mask's centre of mass, as shares of the picture's width and height from the top left */
  readonly centroid: { readonly x: number; readonly y: number };
  /** share of the picture that the mask covers */
  readonly area: number;
}

/** What the judge sees in a picture of the pocket's world. */
export interface Judgement {
  /** largest first; empty for a picture without creatures */
  readonly instances: readonly JudgedCreature[];
  readonly place: Place;
  readonly placeConfidence: number;
  readonly time: TimeOfDay;
  readonly timeConfidence: number;
  /** of all masks: 64 x 64 cells of 2 x 2 pixels */
  readonly grid: Grid;
  /** per cell of the grid: 0 the background, else 1 + the index of its species in SPECIES, instances or not */
  readonly species: Uint8Array;
}
