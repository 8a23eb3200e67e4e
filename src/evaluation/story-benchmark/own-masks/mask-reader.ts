import type { Engine } from '../../../engine/worker/engine-client.ts';
import type { Clip } from '../../clip/open-clip.ts';
import { contentKey } from '../../content-key.ts';
import { askedOf } from '../asked-shot.ts';
import type { DrawingDeps } from '../draw-benchmark-story.ts';
import { type DrawnShots, storeShots } from '../drawn-shots.ts';
import type { BenchmarkStory } from '../story-file.ts';
import { furtherOf, type StoryReader } from '../story-reader.ts';
import { CANON_ACTION } from '../story-requests.ts';
import { maskMeasures } from './mask-measure-names.ts';
import { lookByMasks, type MaskSighting } from './mask-sightings.ts';
import { measureByMasks } from './measure-by-masks.ts';
import { shotChoices } from './text-choices.ts';

export interface MaskReaderDeps extends Pick<DrawingDeps, 'model' | 'cache'> {
  readonly engine: Pick<Engine, 'probe'>;
  /** with its name for reports, and the hash of its weights */
  readonly clip:
    | { readonly clip: Pick<Clip, 'embedPicture' | 'embedText'>; readonly name: string; readonly hash: string }
    | undefined;
  /** names of the code that looks */
  readonly seenBy: readonly string[];
  /** words before every scene */
  readonly promptPrefix: string;
  /** all that are to be read */
  readonly stories: readonly BenchmarkStory[];
}

/** Reads any model's pictures by the masks of its own attention, with a CLIP where one is installed. */
export function maskReader(deps: MaskReaderDeps): StoryReader {
  const { clip } = deps;
  const texts = new Map<string, Promise<Float32Array>>();
  const embedText = (text: string) => {
    const found = texts.get(text) ?? (clip as NonNullable<typeof clip>).clip.embedText(text);
    texts.set(text, found);
    return found;
  };
  return {
    infos: maskMeasures(clip && { clip: clip.name, choices: deps.stories.flatMap(shotChoices) }),
    meet: async (cast) => {
      const { characters, shots } = cast.story;
      const seen = await lookCached(cast.canons, deps);
      const references = new Map(characters.map(({ name }, i) => [name, seen[i] as MaskSighting]));
      const further = furtherOf(cast, await lookCached(cast.further, deps));
      const script = {
        onStage: shots.map(({ onStage }) => onStage),
        choices: shotChoices(cast.story),
        standing: shots.map((shot) =>
          askedOf(shot, characters)
            .onStage.filter(({ action }) => action === CANON_ACTION)
            .map(({ name }) => name),
        ),
      };
      return async (drawn) => {
        const sightings = await lookCached(drawn, deps);
        const measured = await measureByMasks(script, sightings, { references, further }, clip && embedText);
        return { ...measured, sightings: [] };
      };
    },
  };
}

function lookCached(
  drawn: DrawnShots,
  { engine, model, clip, cache, seenBy, promptPrefix }: MaskReaderDeps,
): Promise<MaskSighting[]> {
  const choice = { folder: model.folder, size: model.size };
  const { shots, maskGrid } = storeShots(drawn);
  const pictures = shots.map(({ image, latents, masks }) => ({ image, latents, masks }));
  const key = contentKey({ seenBy, model: model.hash, clip: clip?.hash ?? null, pictures, maskGrid, promptPrefix });
  return cache.measured(`${key}.masks-seen`, () =>
    lookByMasks(drawn.shots, drawn.maskGrid, {
      clip: clip?.clip,
      features: (probes) => engine.probe(choice, { look: 'features', probes }),
      promptPrefix,
    }),
  );
}
