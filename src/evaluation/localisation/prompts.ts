import type { ModelCard } from '../../engine/weights/model-card.ts';
import { ACTIONS, PLACES, SPECIES } from '../judge/judgement.ts';
import { withArticle } from '../stories.ts';

/** A picture to be asked for. */
export interface LocalisationPrompt {
  /** who is in it, in the prompt's order; all different */
  readonly subjects: readonly string[];
  readonly prompt: string;
}

/** What prompts are made of: as many of each, so that the walks below meet all. */
export interface PromptWords {
  readonly subjects: readonly string[];
  readonly actions: readonly string[];
  readonly places: readonly string[];
}

/** How many prompts there are of each number of subjects. */
export const PROMPT_COUNTS = { 1: 50, 2: 20, 3: 10 } as const;

const IN_PLACE: Readonly<Record<(typeof PLACES)[number], string>> = {
  forest: 'in the forest',
  beach: 'on the beach',
  snow: 'in the snow',
  city: 'in the city',
  desert: 'in the desert',
  moon: 'on the moon',
  bedroom: 'in a bedroom',
  garden: 'in a garden',
  sea: 'under the sea',
  mountains: 'in the mountains',
  farm: 'on a farm',
  kitchen: 'in a kitchen',
};
/** The pocket's world, which the judge knows. */
export const POCKET_WORDS: PromptWords = {
  subjects: SPECIES,
  actions: ACTIONS,
  places: PLACES.map((place) => IN_PLACE[place]),
};

/**
 * What every model of photographs has seen, and CLIPSeg, too: animals of Visual Genome, whose phrases it was trained on,
 * doing what animals do. The order keeps apart who looks alike: subjects of one picture are three or more words apart.
 */
export const NATURAL_WORDS: PromptWords = {
  subjects: ['cat', 'dog', 'horse', 'cow', 'sheep', 'bear', 'elephant', 'zebra', 'giraffe', 'bird', 'rabbit', 'fox'],
  actions: [
    'standing',
    'sitting',
    'lying down',
    'sleeping',
    'walking',
    'running',
    'jumping',
    'eating',
    'drinking water',
    'playing',
    'looking up',
    'looking back',
  ],
  places: [
    'in the forest',
    'on the beach',
    'in the snow',
    'on a city street',
    'in the desert',
    'in a garden',
    'in the mountains',
    'on a farm',
    'in a meadow',
    'by a lake',
    'in a park',
    'on a dirt road',
  ],
};
/** Before them, for models whose card has no words to put first. */
const NATURAL_PREFIX = 'a photo of';

/** Which words a model understands: those of the pocket's world, if it has only so many. */
export function promptWordsFor({ promptPrefix, vocabulary }: Pick<ModelCard, 'promptPrefix' | 'vocabulary'>): {
  readonly words: PromptWords;
  readonly prefix: string;
} {
  if (vocabulary) return { words: POCKET_WORDS, prefix: promptPrefix };
  return { words: NATURAL_WORDS, prefix: promptPrefix || NATURAL_PREFIX };
}

/** Every one of these walks meets each word once before it meets one again: none has a factor in common with 12. */
const [SUBJECT_STEP, ACTION_STEP, PLACE_STEP] = [1, 5, 7];

/** The first `share` of each number's prompts; every subject, action and place is there about as often as any other. */
export function localisationPrompts(
  prefix: string,
  counts: Readonly<Record<number, number>>,
  words: PromptWords = POCKET_WORDS,
): LocalisationPrompt[] {
  return Object.entries(counts).flatMap(([size, count]) =>
    Array.from({ length: count }, (_, i) => prompt(prefix, Number(size), i, words)),
  );
}

function prompt(prefix: string, size: number, index: number, words: PromptWords): LocalisationPrompt {
  const turn = Math.floor(index / words.subjects.length); // a second walk pairs other words than the first
  const subjects = Array.from({ length: size }, (_, k) => pick(words.subjects, SUBJECT_STEP * index + (turn + 3) * k));
  const action = pick(words.actions, ACTION_STEP * index + turn);
  const place = pick(words.places, PLACE_STEP * index + 2 * turn);
  const parts = [prefix, subjects.map(withArticle).join(' and '), action, place];
  return { subjects, prompt: parts.filter((part) => part !== '').join(' ') };
}

const pick = (words: readonly string[], at: number): string => words[at % words.length] as string;
