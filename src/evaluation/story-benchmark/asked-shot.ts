import type { Character } from '../../story/character.ts';
import { findMentions } from '../../story/panel-script.ts';
import { ACTIONS, PLACES, SPECIES, TIMES } from '../judge/judgement.ts';
import type { AskedShot } from './prompt-alignment.ts';
import type { Shot } from './story-file.ts';

/**
 * What a shot asks for, in the words that the pocket's judge can tell apart. An action belongs to the character named
 * last before it, and to those that are joined to that one by an "and" and have none: "Rusty sitting and Bella
 * waving", "Rusty and Bella dancing".
 */
export function askedOf(shot: Shot, characters: readonly Character[]): AskedShot {
  const text = shot.description.toLowerCase();
  const mentions = findMentions(shot.description, characters);
  const actionFrom = (start: number): string | null => {
    const found = ACTIONS.map((action) => ({ action, at: text.indexOf(action, start) })).filter(({ at }) => at >= 0);
    return found.sort((one, other) => one.at - other.at)[0]?.action ?? null;
  };
  const setting = shot.setting.toLowerCase();
  return {
    place: PLACES.find((place) => new RegExp(String.raw`\b${place}\b`, 'u').test(setting)) ?? null,
    time: TIMES.find((time) => setting.includes(time)) ?? null,
    onStage: shot.onStage.map((name) => {
      const character = characters.find((candidate) => candidate.name === name);
      const mention = mentions.find((candidate) => candidate.character.name === name);
      return {
        name,
        species: SPECIES.find((species) => species === character?.subject.toLowerCase()) ?? null,
        action: mention ? actionFrom(mention.end) : null,
      };
    }),
  };
}
