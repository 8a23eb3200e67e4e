import type { Engine } from '../../engine/worker/engine-client.ts';
import { contentKey } from '../content-key.ts';
import type { Judge } from '../judge/judge.ts';
import type { Sampling } from '../panel-prompts.ts';
import { askedOf } from './asked-shot.ts';
import { type DrawingDeps, type DrawnBenchmarkStory, drawBenchmarkStory, drawFurther } from './draw-benchmark-story.ts';
import { type DrawnShots, storeShots } from './drawn-shots.ts';
import { lookAt, type Sighting } from './looking/sightings.ts';
import type { BenchmarkStory } from './story-file.ts';
import { type MeasuredStory, measureStory } from './story-measures.ts';
import type { StoryVariant } from './story-variants.ts';

export interface StoryBenchmarkPlan {
  readonly stories: readonly BenchmarkStory[];
  readonly variants: readonly StoryVariant[];
  readonly sampling: Sampling;
}

export interface StoryBenchmarkDeps extends DrawingDeps {
  readonly engine: Pick<Engine, 'draw' | 'probe'>;
  readonly judge: Pick<Judge, 'judge'>;
  /** names of the code that looks */
  readonly seenBy: readonly string[];
}

/** A story in all variants. */
export interface BenchmarkedStory extends Omit<DrawnBenchmarkStory, 'drawn'> {
  readonly variants: ReadonlyMap<string, BenchmarkedVariant>;
}

export interface BenchmarkedVariant extends MeasuredStory {
  readonly drawn: DrawnShots;
  readonly sightings: readonly Sighting[];
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
): Promise<BenchmarkedStory[]> {
  const results: BenchmarkedStory[] = [];
  for (const story of stories) {
    const drawn = await drawBenchmarkStory(story, variants, sampling, deps, (name, took) =>
      progress(story, name, took),
    );
    const result = await measureBenchmarkStory(drawn, sampling, deps);
    results.push(result);
    await finished(result);
  }
  return results;
}

async function measureBenchmarkStory(
  { story, canons, coats, drawn }: DrawnBenchmarkStory,
  sampling: Sampling,
  deps: StoryBenchmarkDeps,
): Promise<BenchmarkedStory> {
  const seen = await lookCached(canons, sampling, deps);
  const references = new Map(story.characters.map(({ name }, i) => [name, seen[i] as Sighting]));
  const others = await lookCached(await drawFurther({ story, coats }, sampling, deps), sampling, deps);
  const { length } = story.characters;
  const othersOf = new Map(story.characters.map(({ name }, i) => [name, others.filter((_, o) => o % length === i)]));
  const asked = story.shots.map((shot) => askedOf(shot, story.characters));
  const variants = new Map<string, BenchmarkedVariant>();
  for (const [name, shots] of drawn) {
    const sightings = await lookCached(shots, sampling, deps);
    variants.set(name, { ...measureStory(asked, sightings, references, othersOf), drawn: shots, sightings });
  }
  return { story, canons, coats, variants };
}

function lookCached(drawn: DrawnShots, { promptPrefix }: Sampling, deps: StoryBenchmarkDeps): Promise<Sighting[]> {
  const { engine, model, judge, cache, seenBy } = deps;
  const choice = { folder: model.folder, size: model.size };
  const pictures = storeShots(drawn).shots.map(({ prompt, image, latents }) => ({ prompt, image, latents }));
  const key = contentKey({ seenBy, model: model.hash, pictures, promptPrefix });
  return cache.measured(`${key}.seen`, () =>
    lookAt(drawn.shots, {
      judge,
      features: (probes) => engine.probe(choice, { look: 'features', probes }),
      promptPrefix,
    }),
  );
}
