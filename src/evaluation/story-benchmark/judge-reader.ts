import type { Engine } from '../../engine/worker/engine-client.ts';
import { contentKey } from '../content-key.ts';
import type { Judge } from '../judge/judge.ts';
import { askedOf } from './asked-shot.ts';
import type { DrawingDeps } from './draw-benchmark-story.ts';
import { type DrawnShots, storeShots } from './drawn-shots.ts';
import { lookAt, type Sighting } from './looking/sightings.ts';
import { STORY_MEASURES } from './story-measure-names.ts';
import { measureStory } from './story-measures.ts';
import { furtherOf, type StoryReader } from './story-reader.ts';

export interface JudgeReaderDeps extends Pick<DrawingDeps, 'model' | 'cache'> {
  readonly engine: Pick<Engine, 'probe'>;
  readonly judge: Pick<Judge, 'judge'>;
  /** names of the code that looks */
  readonly seenBy: readonly string[];
  /** words before every scene */
  readonly promptPrefix: string;
}

/** Reads pictures of the pocket's world by the judge, and by the U-Net for their style. */
export function judgeReader(deps: JudgeReaderDeps): StoryReader {
  return {
    infos: STORY_MEASURES,
    meet: async (cast) => {
      const { characters, shots } = cast.story;
      const seen = await lookCached(cast.canons, deps);
      const references = new Map(characters.map(({ name }, i) => [name, seen[i] as Sighting]));
      const further = furtherOf(cast, await lookCached(cast.further, deps));
      const asked = shots.map((shot) => askedOf(shot, characters));
      return async (drawn) => {
        const sightings = await lookCached(drawn, deps);
        return { ...measureStory(asked, sightings, references, further), sightings };
      };
    },
  };
}

function lookCached(
  drawn: DrawnShots,
  { engine, model, judge, cache, seenBy, promptPrefix }: JudgeReaderDeps,
): Promise<Sighting[]> {
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
