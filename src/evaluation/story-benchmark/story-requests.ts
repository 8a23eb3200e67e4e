import type { Canon } from '../../canon/canon.ts';
import { type ConsistencySettings, PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import type { PanelRequest, StoryRequest } from '../../engine/draw-story.ts';
import type { Character } from '../../story/character.ts';
import { planStory } from '../../story/plan-story.ts';
import { MAX_PANELS, readStory } from '../../story/story-script.ts';
import type { Sampling } from '../panel-prompts.ts';
import type { BenchmarkStory, Shot } from './story-file.ts';

/** What a character does where nothing is asked of it: on the bot's casting sheets it stands, too. */
export const CANON_ACTION = 'standing';
/** What it does in its further pictures. */
export const FURTHER_ACTIONS = ['waving', 'sitting'] as const;
/** Seeds of canons lie far from those of stories, which are small numbers, and apart from each other. */
const CAST_SEEDS = 1n << 40n;
const FURTHER_SEEDS = 1n << 41n;
const CHARACTERS_PER_STORY = 16n;

/** Some shots of a story in one batch. */
export interface ShotBatch {
  readonly request: StoryRequest;
  /** places of the shots in the request, in the script's order; before them are the canons' anchors */
  readonly places: readonly number[];
}

/**
 * The pictures that the canons of a story's characters are made of, drawn as `/character create` draws the first of
 * its candidates: the looks, standing, nothing shared. One panel for each character, with a seed of its own.
 */
export const castingRequest = (story: BenchmarkStory, sampling: Sampling): StoryRequest =>
  portraits(story, story.characters, [CANON_ACTION], CAST_SEEDS, sampling);

/**
 * Further pictures of the characters, doing something else: what copies of the canon are told from. For each of
 * FURTHER_ACTIONS one panel per character.
 * @param characters those of the story, described as their canons look
 */
export const furtherRequest = (
  story: BenchmarkStory,
  characters: readonly Character[],
  sampling: Sampling,
): StoryRequest => portraits(story, characters, FURTHER_ACTIONS, FURTHER_SEEDS, sampling);

function portraits(
  { seed }: BenchmarkStory,
  characters: readonly Character[],
  actions: readonly string[],
  seeds: bigint,
  { promptPrefix, steps, guidance }: Sampling,
): StoryRequest {
  const panels = actions.flatMap((action, a) =>
    characters.map(
      ({ name, looks }, i): PanelRequest => ({
        id: a * characters.length + i,
        revision: 0,
        seed: seeds + seed * CHARACTERS_PER_STORY + BigInt(i),
        prompt: [promptPrefix, looks, action].filter((part) => part !== '').join(' '),
        negativePrompt: '',
        concepts: [name],
      }),
    ),
  );
  const concepts = characters.map(({ name, subject, looks }) => ({ name, words: subject, looks }));
  return { panels, concepts, settings: PLAIN_SETTINGS, steps, guidance };
}

/**
 * A story's shots as the bot draws them: names replaced by looks, the canons' anchors before the shots of each batch.
 * No more shots than a story's page has go into a batch. With canons that changes nothing: shots look at the anchors
 * and never at each other. Without them (and with something shared) every batch would have a character of its own.
 * @param characters those of the story, perhaps described otherwise
 * @param most shots of a batch
 */
export function shotBatches(
  story: BenchmarkStory,
  characters: readonly Character[],
  canons: readonly Canon[],
  settings: ConsistencySettings,
  { promptPrefix, steps, guidance }: Sampling,
  most = MAX_PANELS,
): ShotBatch[] {
  const starts = Array.from({ length: Math.ceil(story.shots.length / most) }, (_, batch) => batch * most);
  return starts.map((start) => {
    const shots = story.shots.slice(start, start + most);
    const script = readStory(undefined, characters, shots.map(panelText));
    const drawing = { seed: story.seed, steps, guidance, promptPrefix, negativePrompt: '', settings, canons };
    const { request, panels: places } = planStory(script, drawing);
    // ids count through the story, for a shot's noise hangs on its id
    const panels = request.panels.map((row, place) => (places.includes(place) ? { ...row, id: row.id + start } : row));
    return { request: { ...request, panels }, places };
  });
}

export const panelText = ({ description, setting }: Shot): string =>
  [description, setting].filter((part) => part !== '').join(' ');

/** What stands before the subject in the looks: "a red fox wearing a scarf" -> "a red ". */
const beforeSubject = ({ looks, subject }: Character): string =>
  looks.slice(0, Math.max(0, looks.toLowerCase().indexOf(subject.toLowerCase())));

/** Whether the looks name one of the colours before the subject; that of an accessory is none of a coat. */
export const namesCoat = (character: Character, colours: readonly string[]): boolean =>
  beforeSubject(character)
    .split(/\s+/u)
    .some((word) => colours.includes(word.toLowerCase()));

/**
 * The looks with the coat's colour spelled out, as somebody would write who has seen the canon: "a fox wearing a
 * scarf" -> "a red fox wearing a scarf". Looks that name a coat stay as they are.
 */
export function withCoat(character: Character, coat: string | undefined, colours: readonly string[]): Character {
  if (coat === undefined || namesCoat(character, colours)) return character;
  const before = beforeSubject(character);
  const article = before.replace(/\ban?\s+$/iu, `${/^[aeiou]/u.test(coat) ? 'an' : 'a'} `);
  return { ...character, looks: `${article}${coat} ${character.looks.slice(before.length)}` };
}
