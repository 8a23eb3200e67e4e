import type { Sampling } from '../panel-prompts.ts';
import { type DrawingDeps, type DrawnBenchmarkStory, drawBenchmarkStory, drawFurther } from './draw-benchmark-story.ts';
import type { DrawnShots } from './drawn-shots.ts';
import type { BenchmarkStory } from './story-file.ts';
import type { ReadShots, StoryReader } from './story-reader.ts';
import type { StoryVariant } from './story-variants.ts';

export interface StoryBenchmarkPlan {
  readonly stories: readonly BenchmarkStory[];
  readonly variants: readonly StoryVariant[];
  readonly sampling: Sampling;
}

export interface StoryBenchmarkDeps extends DrawingDeps {
  readonly reader: StoryReader;
}

/** A story in all variants. */
export interface BenchmarkedStory extends Omit<DrawnBenchmarkStory, 'drawn'> {
  readonly variants: ReadonlyMap<string, BenchmarkedVariant>;
}

export interface BenchmarkedVariant extends ReadShots {
  readonly drawn: DrawnShots;
}

export interface StoryBenchmarkHooks {
  /** after every variant of every story */
  readonly progress: (story: BenchmarkStory, variant: string, took: number) => void;
  readonly finished: (story: BenchmarkedStory) => Promise<void>;
}

/** Story after story, so that what was stopped is whole as far as it goes. */
export async function runStories(
  { stories, variants, sampling }: StoryBenchmarkPlan,
  deps: StoryBenchmarkDeps,
  { progress, finished }: StoryBenchmarkHooks,
): Promise<void> {
  for (const story of stories) {
    const drawn = await drawBenchmarkStory(story, variants, sampling, deps, (name, took) =>
      progress(story, name, took),
    );
    await finished(await measureBenchmarkStory(drawn, sampling, deps));
  }
}

/** What results are made of: the pictures of forty stories of a large model would fill the memory. */
export function withoutPictures(story: BenchmarkedStory): BenchmarkedStory {
  const emptied = (drawn: DrawnShots): DrawnShots => ({ ...drawn, shots: [] });
  const variants = [...story.variants].map(([name, each]) => [name, { ...each, drawn: emptied(each.drawn) }] as const);
  return { ...story, canons: emptied(story.canons), variants: new Map(variants) };
}

async function measureBenchmarkStory(
  { story, canons, coats, drawn }: DrawnBenchmarkStory,
  sampling: Sampling,
  deps: StoryBenchmarkDeps,
): Promise<BenchmarkedStory> {
  const further = await drawFurther({ story, coats }, sampling, deps);
  const read = await deps.reader.meet({ story, canons, further });
  const variants = new Map<string, BenchmarkedVariant>();
  for (const [name, shots] of drawn) variants.set(name, { ...(await read(shots)), drawn: shots });
  return { story, canons, coats, variants };
}
