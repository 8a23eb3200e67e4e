import { ACTIONS, PLACES, SPECIES, type Species } from '../judge/judgement.ts';
import { withArticle } from '../stories.ts';

/** A picture to be asked for, in the pocket's words. */
export interface LocalisationPrompt {
  /** who is in it, in the prompt's order; all different */
  readonly subjects: readonly Species[];
  readonly prompt: string;
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
/** Every one of these walks meets each word once before it meets one again: none has a factor in common with 12. */
const [SUBJECT_STEP, ACTION_STEP, PLACE_STEP] = [1, 5, 7];

/** The first `share` of each number's prompts; every species, action and place is there about as often as any other. */
export function localisationPrompts(prefix: string, counts: Readonly<Record<number, number>>): LocalisationPrompt[] {
  return Object.entries(counts).flatMap(([size, count]) =>
    Array.from({ length: count }, (_, i) => prompt(prefix, Number(size), i)),
  );
}

function prompt(prefix: string, size: number, index: number): LocalisationPrompt {
  const turn = Math.floor(index / SPECIES.length); // a second walk pairs other words than the first
  const subjects = Array.from({ length: size }, (_, k) => pick(SPECIES, SUBJECT_STEP * index + (turn + 3) * k));
  const action = pick(ACTIONS, ACTION_STEP * index + turn);
  const place = pick(PLACES, PLACE_STEP * index + 2 * turn);
  const words = [prefix, subjects.map(withArticle).join(' and '), action, IN_PLACE[place]];
  return { subjects, prompt: words.filter((part) => part !== '').join(' ') };
}

const pick = <Word>(words: readonly Word[], at: number): Word => words[at % words.length] as Word;
