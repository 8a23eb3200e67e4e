import type { ConsistencySettings } from '../../engine/consistory/settings.ts';
import type { StoryRequest } from '../../engine/draw-story.ts';
import type { Engine, EngineHooks } from '../../engine/worker/engine-client.ts';
import type { ModelChoice } from '../../engine/worker/messages.ts';
import { MAX_PANELS } from '../../story/story-script.ts';
import { contentKey } from '../content-key.ts';
import { COATS } from '../measures/coat-colour.ts';
import type { Sampling } from '../panel-prompts.ts';
import type { ResultCache } from '../result-cache.ts';
import { canonsOf } from './casting.ts';
import { pastedShots } from './copy-paste-baseline.ts';
import { type DrawnShots, drawShots, joinShots, restoreShots, storeShots } from './drawn-shots.ts';
import { inspectedCoat } from './inspected-coat.ts';
import type { BenchmarkStory } from './story-file.ts';
import { castingRequest, furtherRequest, type ShotBatch, shotBatches, withCoat } from './story-requests.ts';
import { COPY_PASTE, type StoryVariant, sameNoise } from './story-variants.ts';

export interface DrawingDeps {
  readonly engine: Pick<Engine, 'draw'>;
  readonly model: ModelChoice & { readonly name: string; readonly hash: string };
  readonly cache: Pick<ResultCache, 'measured'>;
  readonly engineHooks?: Pick<EngineHooks, 'loaded' | 'progress'>;
  /** how many of so many pictures can be drawn at once with these settings; all, unless told */
  readonly atOnce?: (wanted: number, settings: ConsistencySettings) => number;
  /** a name of the engine by what it draws with these settings (engine-signature.ts) */
  readonly drawnBy: (settings: ConsistencySettings) => Promise<string>;
}

/** A story in all variants, in their order; the copy-paste baseline is the last. */
export interface DrawnBenchmarkStory {
  readonly story: BenchmarkStory;
  readonly canons: DrawnShots;
  /** the coat that each character's canon has, as it was read; null: none was */
  readonly coats: readonly (string | null)[];
  readonly drawn: ReadonlyMap<string, DrawnShots>;
}

/** Casts the characters, then draws the shots in every variant; what is in the cache is not drawn again. */
export async function drawBenchmarkStory(
  story: BenchmarkStory,
  variants: readonly StoryVariant[],
  sampling: Sampling,
  deps: DrawingDeps,
  drawnOne: (variant: string, took: number) => void,
): Promise<DrawnBenchmarkStory> {
  const casting = castingRequest(story, sampling);
  const canons = await drawCached(inGroups(casting, deps), await deps.drawnBy(casting.settings), deps);
  const coats = story.characters.map(({ name }, i) => inspectedCoat(canons, i, name));
  const drawn = new Map<string, DrawnShots>();
  for (const variant of variants) {
    const batches = batchesOf(story, variant, { canons, casting, coats }, sampling, deps);
    const shots = await drawCached(batches, await deps.drawnBy(variant.settings), deps);
    drawn.set(variant.name, shots);
    drawnOne(variant.name, shots.took);
  }
  drawn.set(COPY_PASTE, pastedShots(story, canons));
  return { story, canons, coats, drawn };
}

/** Further pictures of the characters: all of them, for each of FURTHER_ACTIONS. */
export async function drawFurther(
  { story, coats }: Pick<DrawnBenchmarkStory, 'story' | 'coats'>,
  sampling: Sampling,
  deps: DrawingDeps,
): Promise<DrawnShots> {
  const request = furtherRequest(story, asTheyLook(story, coats), sampling);
  return drawCached(inGroups(request, deps), await deps.drawnBy(request.settings), deps);
}

interface Cast {
  readonly canons: DrawnShots;
  readonly casting: ReturnType<typeof castingRequest>;
  readonly coats: readonly (string | null)[];
}

function batchesOf(
  story: BenchmarkStory,
  { settings, withCanons, spelledOut, sameNoise: oneNoise }: StoryVariant,
  { canons, casting, coats }: Cast,
  sampling: Sampling,
  { model: { name, hash, size }, atOnce }: DrawingDeps,
): ShotBatch[] {
  const described = spelledOut ? asTheyLook(story, coats) : story.characters;
  const anchors = withCanons ? canonsOf(story, casting, canons, settings, { name, hash }, size) : [];
  // a batch has the anchors of those on stage before its shots
  const beside = withCanons ? story.characters.length : 0;
  const shots = Math.min(MAX_PANELS, story.shots.length);
  const most = (atOnce?.(beside + shots, settings) ?? beside + shots) - beside;
  const batches = shotBatches(story, described, anchors, settings, sampling, Math.max(1, most));
  return oneNoise ? sameNoise(batches) : batches;
}

/** The characters as somebody describes them who has seen their canons. */
const asTheyLook = ({ characters }: BenchmarkStory, coats: readonly (string | null)[]) =>
  characters.map((character, i) => withCoat(character, coats[i] ?? undefined, Object.keys(COATS)));

/** Pictures that share nothing, as many in a batch as fit. */
function inGroups(request: StoryRequest, { atOnce }: DrawingDeps): ShotBatch[] {
  const { panels, settings } = request;
  const most = Math.max(1, atOnce?.(panels.length, settings) ?? panels.length);
  const starts = Array.from({ length: Math.ceil(panels.length / most) }, (_, group) => group * most);
  return starts.map((start) => {
    const some = panels.slice(start, start + most);
    return { request: { ...request, panels: some }, places: some.map((_, i) => i) };
  });
}

/** Batch after batch: of a story that was stopped those that were drawn are there. */
async function drawCached(
  batches: readonly ShotBatch[],
  drawnBy: string,
  { engine, model: { folder, size, hash }, cache, engineHooks }: DrawingDeps,
): Promise<DrawnShots> {
  const parts: DrawnShots[] = [];
  for (const batch of batches) {
    // a canon's id names its latents, and drawnBy the settings, as far as they matter
    const { settings: _, ...request } = batch.request;
    const key = contentKey({ drawnBy, model: hash, size, requests: [request] });
    const draw = () => drawShots(engine, { folder, size }, batch, engineHooks);
    parts.push(restoreShots(await cache.measured(`${key}.shots`, async () => storeShots(await draw()))));
  }
  return joinShots(parts);
}
