import { meanOf, share } from '../../inspection/pairs.ts';

/** What the script asks of a shot, as far as it is in words that can be checked; null: nothing that can. */
export interface AskedShot {
  readonly place: string | null;
  readonly time: string | null;
  readonly onStage: readonly AskedCharacter[];
}

export interface AskedCharacter {
  readonly name: string;
  readonly species: string | null;
  readonly action: string | null;
}

/** What is seen in it. */
export interface SeenShot {
  readonly place: string;
  readonly time: string;
  /** the species of all creatures that were detected */
  readonly species: readonly string[];
  /** what each character that was found does, by name */
  readonly actions: ReadonlyMap<string, string>;
}

/** Of one shot, each 0 to 1; null: not asked for. */
export interface PromptAlignment {
  /** the setting: mean of place and time of day */
  readonly scene: number | null;
  /** character interaction: of two or more on stage, all are there and do what they should */
  readonly interaction: number | null;
  /** individual actions: share of those on stage who do what they should */
  readonly actions: number | null;
  /** who is on stage: Jaccard index of the species asked for and seen */
  readonly who: number | null;
}

/**
 * ViStoryBench's prompt alignment without its camera part (§3.3, appendix H), where a reader of attributes stands in
 * for the vision-language model: right or wrong in place of 0 to 4.
 */
export function promptAlignment(asked: AskedShot, seen: SeenShot): PromptAlignment {
  const setting = [...agrees(asked.place, seen.place), ...agrees(asked.time, seen.time)];
  const acting = asked.onStage.flatMap(({ name, action }) => (action ? [seen.actions.get(name) === action] : []));
  const together = asked.onStage.length > 1 && acting.length === asked.onStage.length;
  return {
    scene: share(setting),
    interaction: together ? Number(acting.every(Boolean)) : null,
    actions: share(acting),
    who: jaccard(
      asked.onStage.map(({ species }) => species),
      seen.species,
    ),
  };
}

/** The mean of those parts that were asked for. */
export function meanAlignment(
  shots: readonly PromptAlignment[],
): PromptAlignment & { readonly average: number | null } {
  const part = (name: keyof PromptAlignment) => meanOf(shots.map((shot) => shot[name] ?? undefined));
  const [scene, interaction, actions] = [part('scene'), part('interaction'), part('actions')];
  const average = meanOf([scene, interaction, actions].map((value) => value ?? undefined));
  return { scene, interaction, actions, who: part('who'), average };
}

const agrees = (asked: string | null, seen: string): boolean[] => (asked === null ? [] : [asked === seen]);

/** Of bags: who is there twice counts twice. */
function jaccard(asked: readonly (string | null)[], seen: readonly string[]): number | null {
  if (asked.some((species) => species === null)) return null;
  const left = [...seen];
  const both = asked.filter((species) => {
    const at = left.indexOf(species as string);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
  const either = asked.length + seen.length - both;
  return either === 0 ? 1 : both / either;
}
