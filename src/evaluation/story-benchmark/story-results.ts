import { meanOf } from '../../inspection/pairs.ts';
import { type MeanInterval, meanInterval } from '../bootstrap.ts';
import type { MeasuredWith } from '../measured-with.ts';
import { COATS } from '../measures/coat-colour.ts';
import { PLAIN } from '../variants.ts';
import { inceptionScore } from './inception-score.ts';
import type { BenchmarkedStory } from './run-stories.ts';
import { STORY_MEASURE_NAMES, STORY_MEASURES, type StoryMeasureInfos } from './story-measure-names.ts';
import type { MeasuredStory, StoryMeasures } from './story-measures.ts';
import { namesCoat, panelText } from './story-requests.ts';

type Name = keyof StoryMeasures;

/** docs/results/stories.json */
export interface StoryBenchmarkResults extends StoryProvenance {
  readonly kind: 'stories';
  readonly infos: StoryMeasureInfos;
  readonly variants: readonly StoryVariantSummary[];
  readonly stories: readonly StoryResult[];
  /** ids of the stories that came out best and worst in the variant `judged`, undefined where there is none */
  readonly judged: string;
  readonly best: string | undefined;
  readonly worst: string | undefined;
}

export interface StoryProvenance {
  readonly command: string;
  readonly model: string;
  readonly modelHash: string;
  readonly machine: string;
  readonly date: string;
  readonly code: string;
  readonly steps: number;
  readonly guidance: number;
  /** stories that were asked for; fewer are in `stories` if it was stopped */
  readonly asked: number;
  /** who read the pictures, unless it was the judge; results of older times have none */
  readonly reader?: string;
  readonly measuredWith?: readonly MeasuredWith[];
}

export interface StoryVariantSummary {
  readonly variant: string;
  readonly byMeasure: Readonly<Record<Name, StoryMeasureSummary>>;
  /** Inception scores over all shots, of the places (at best 12) and of the actions (at best 12) */
  readonly inceptionPlaces: number | null;
  readonly inceptionActions: number | null;
  /** mean seconds to draw a shot, anchors included */
  readonly took: number | null;
  /** CIDS of characters by what their looks say and how many the story has; the same groups in every variant */
  readonly groups: readonly CharacterGroup[];
}

export interface CharacterGroup {
  readonly title: string;
  readonly characters: number;
  readonly cross: number | null;
  readonly self: number | null;
}

export interface StoryMeasureSummary {
  /** over the stories */
  readonly mean: number | null;
  /** against plain, paired by story */
  readonly difference: MeanInterval | null;
}

export interface StoryResult {
  readonly id: string;
  readonly title: string;
  readonly seed: string;
  readonly characters: readonly { readonly name: string; readonly looks: string; readonly coat: string | null }[];
  readonly shots: readonly { readonly text: string; readonly onStage: readonly string[] }[];
  readonly variants: Readonly<Record<string, MeasuredStory & { readonly took: number }>>;
}

/**
 * @param judged the variant whose best and worst story are wanted
 * @param infos of the reader that measured
 */
export function storyResults(
  stories: readonly BenchmarkedStory[],
  judged: string,
  provenance: StoryProvenance,
  infos: StoryMeasureInfos = STORY_MEASURES,
): StoryBenchmarkResults {
  const results = stories.map(resultOf);
  const ranked = results
    .flatMap(({ id, variants }) => (variants[judged] ? [{ id, score: scoreOf(variants[judged].measures) }] : []))
    .sort((one, other) => other.score - one.score);
  return {
    kind: 'stories',
    ...provenance,
    infos,
    variants: [...(stories[0]?.variants.keys() ?? [])].map((variant) => summaryOf(variant, stories)),
    stories: results,
    judged,
    best: ranked[0]?.id,
    worst: ranked.at(-1)?.id,
  };
}

/** What makes a story good: its characters stay, and what is asked for is there. */
const scoreOf = ({ cidsCross, cidsSelf, alignment, occm }: StoryMeasures): number =>
  meanOf([cidsCross, cidsSelf, alignment, occm === null ? null : occm / 100].map((value) => value ?? undefined)) ?? 0;

function resultOf({ story, coats, variants }: BenchmarkedStory): StoryResult {
  return {
    id: story.id,
    title: story.title,
    seed: story.seed.toString(),
    characters: story.characters.map(({ name, looks }, i) => ({ name, looks, coat: coats[i] ?? null })),
    shots: story.shots.map((shot) => ({ text: panelText(shot), onStage: shot.onStage })),
    variants: Object.fromEntries(
      [...variants].map(([name, { measures, characters, shots, drawn }]) => [
        name,
        { measures, characters, shots, took: drawn.took },
      ]),
    ),
  };
}

function summaryOf(variant: string, stories: readonly BenchmarkedStory[]): StoryVariantSummary {
  const own = stories.flatMap(({ variants }) => variants.get(variant) ?? []);
  const sightings = own.flatMap((one) => one.sightings);
  const shots = own.reduce((sum, one) => sum + one.shots.length, 0);
  const took = own.reduce((sum, one) => sum + one.drawn.took, 0);
  const measured = (story: BenchmarkedStory, name: string, measure: Name) =>
    story.variants.get(name)?.measures[measure] ?? undefined;
  const summary = (measure: Name): StoryMeasureSummary => ({
    mean: meanOf(stories.map((story) => measured(story, variant, measure))),
    difference:
      variant === PLAIN
        ? null
        : (meanInterval(
            stories.flatMap((story) => {
              const [value, before] = [measured(story, variant, measure), measured(story, PLAIN, measure)];
              return value === undefined || before === undefined ? [] : [value - before];
            }),
          ) ?? null),
  });
  return {
    variant,
    byMeasure: Object.fromEntries(STORY_MEASURE_NAMES.map((name) => [name, summary(name)])) as Record<
      Name,
      StoryMeasureSummary
    >,
    inceptionPlaces: inceptionScore(sightings.map((seen) => seen.placeProbabilities)),
    inceptionActions: inceptionScore(
      sightings.flatMap(({ creatures }) => creatures.map(({ actionProbabilities }) => actionProbabilities)),
    ),
    took: took > 0 ? took / shots : null,
    groups: GROUPS.map((group) => groupSummary(variant, stories, group)),
  };
}

/** Words do most where they name what tells characters apart; where several meet, they can be taken for each other. */
const GROUPS = [
  { title: 'no colour in the looks, alone in the story', named: false, alone: true },
  { title: 'no colour in the looks, others in the story', named: false, alone: false },
  { title: 'a colour in the looks, alone in the story', named: true, alone: true },
  { title: 'a colour in the looks, others in the story', named: true, alone: false },
] as const;

function groupSummary(
  variant: string,
  stories: readonly BenchmarkedStory[],
  { title, named, alone }: (typeof GROUPS)[number],
): CharacterGroup {
  const some = stories.flatMap(({ story, variants }) => {
    if ((story.characters.length === 1) !== alone) return [];
    const chosen = story.characters.filter((character) => namesCoat(character, Object.keys(COATS)) === named);
    const names = new Set(chosen.map(({ name }) => name));
    return variants.get(variant)?.characters.filter(({ character }) => names.has(character)) ?? [];
  });
  return {
    title,
    characters: some.length,
    cross: meanOf(some.map(({ cross }) => cross)),
    self: meanOf(some.map(({ self }) => self ?? undefined)),
  };
}
