import type { DrawnShots } from './drawn-shots.ts';
import type { Sighting } from './looking/sightings.ts';
import type { BenchmarkStory } from './story-file.ts';
import type { StoryMeasureInfos } from './story-measure-names.ts';
import type { MeasuredStory } from './story-measures.ts';

/** Sees what a story's pictures show, and measures the story by it. */
export interface StoryReader {
  /** every measure: by what it is measured here, or why it isn't */
  readonly infos: StoryMeasureInfos;
  /** Looks at the pictures of a story's characters, and is ready for its shots then. */
  meet(cast: StoryCast): Promise<(shots: DrawnShots) => Promise<ReadShots>>;
}

export interface StoryCast {
  readonly story: BenchmarkStory;
  /** a picture for each character */
  readonly canons: DrawnShots;
  /** further pictures of the characters, all of them for each of FURTHER_ACTIONS */
  readonly further: DrawnShots;
}

export interface ReadShots extends MeasuredStory {
  /** none where nobody names what is to be seen */
  readonly sightings: readonly Sighting[];
}

/** Of what was seen in further pictures, that of each character. */
export function furtherOf<Seen>({ story }: StoryCast, seen: readonly Seen[]): Map<string, readonly Seen[]> {
  const { length } = story.characters;
  return new Map(story.characters.map(({ name }, i) => [name, seen.filter((_, place) => place % length === i)]));
}
