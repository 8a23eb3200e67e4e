import type { Character } from '../../../story/character.ts';
import { readPanel } from '../../../story/panel-script.ts';
import type { BenchmarkStory, Shot } from '../story-file.ts';

/** A text that a shot's picture is to agree with, and those of the story's other shots that it could be taken for. */
export interface TextChoice {
  readonly own: string;
  readonly others: readonly string[];
}

/** The parts of prompt alignment as choices of texts; null: nothing that the story's other shots have otherwise. */
export interface ShotChoices {
  /** the setting, against the story's other settings */
  readonly scene: TextChoice | null;
  /** two or more together: what they do, against what the same do together in other shots */
  readonly interaction: TextChoice | null;
  /** one alone: what it does, against what it does alone in other shots */
  readonly actions: TextChoice | null;
  /** who is on stage, against the story's other casts */
  readonly who: TextChoice | null;
}

/** What each shot's picture is to be told from by a reader of texts, in the story's own words and no others. */
export function shotChoices({ characters, shots }: BenchmarkStory): ShotChoices[] {
  const looks = ({ onStage }: Shot) => castText(onStage, characters);
  // as the model is told it: names replaced by looks
  const sceneOf = ({ description }: Shot, i: number) => readPanel(description, characters, i + 1).scene;
  return shots.map((shot, i) => {
    const sameCast = shots.filter((other) => looks(other) === looks(shot));
    const doing = choice(sceneOf(shot, i), sameCast.map(sceneOf));
    const isAlone = shot.onStage.length === 1;
    return {
      scene: choice(
        shot.setting,
        shots.map(({ setting }) => setting),
      ),
      interaction: isAlone ? null : doing,
      actions: isAlone ? doing : null,
      who: choice(looks(shot), shots.map(looks)),
    };
  });
}

/** The share of choices that would be right by chance, mean over those that there are; null for none. */
export function chanceOf(choices: readonly (TextChoice | null)[]): number | null {
  const known = choices.filter((each) => each !== null);
  if (known.length === 0) return null;
  return known.reduce((sum, { others }) => sum + 1 / (1 + others.length), 0) / known.length;
}

function choice(own: string, all: readonly string[]): TextChoice | null {
  const others = [...new Set(all)].filter((text) => text !== own && text !== '');
  return own === '' || others.length === 0 ? null : { own, others };
}

/** The looks of those on stage, in the order of the story's characters: "a fox and a bear". */
const castText = (onStage: readonly string[], characters: readonly Character[]): string =>
  characters
    .filter(({ name }) => onStage.includes(name))
    .map(({ looks }) => looks)
    .join(' and ');
