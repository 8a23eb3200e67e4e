import type { Engine } from '../../../engine/worker/engine-client.ts';
import type { Character } from '../../../story/character.ts';
import type { Clip } from '../../clip/open-clip.ts';
import type { ClipSeg } from '../../clipseg/open-clipseg.ts';
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
import { figuresByLooks } from './segment-figures.ts';
import { shotChoices } from './text-choices.ts';

export interface MaskReaderDeps extends Pick<DrawingDeps, 'model' | 'cache'> {
  readonly engine: Pick<Engine, 'probe'>;
  /** with its name for reports, and the hash of its weights */
  readonly clip:
    | { readonly clip: Pick<Clip, 'embedPicture' | 'embedText'>; readonly name: string; readonly hash: string }
    | undefined;
  /** where figures are, in place of the masks of attention */
  readonly clipSeg?: { readonly clipSeg: ClipSeg; readonly name: string; readonly hash: string } | undefined;
  /** names of the code that looks */
  readonly seenBy: readonly string[];
  /** words before every scene */
  readonly promptPrefix: string;
  /** all that are to be read */
  readonly stories: readonly BenchmarkStory[];
}

/** Reads any model's pictures by masks: CLIPSeg's or those of its own attention; with a CLIP where one is installed. */
export function maskReader(deps: MaskReaderDeps): StoryReader {
  const { clip, clipSeg } = deps;
  const embedText = clip && ((text: string) => clip.clip.embedText(text));
  return {
    infos: maskMeasures(clip && { clip: clip.name, choices: deps.stories.flatMap(shotChoices) }, deps.clipSeg?.name),
    meet: async (cast) => {
      const { characters, shots } = cast.story;
      const seen = await lookCached(cast.canons, characters, deps);
      const references = new Map(characters.map(({ name }, i) => [name, seen[i] as MaskSighting]));
      const further = furtherOf(cast, await lookCached(cast.further, characters, deps));
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
        const sightings = await lookCached(drawn, characters, deps);
        const measured = await measureByMasks(script, sightings, { references, further }, embedText);
        const { found, ...measures } = measured.measures;
        // attention's masks are never without anybody
        return { ...measured, measures: { ...measures, found: clipSeg ? found : null }, sightings: [] };
      };
    },
  };
}

function lookCached(
  drawn: DrawnShots,
  characters: readonly Character[],
  { engine, model, clip, clipSeg, cache, seenBy, promptPrefix }: MaskReaderDeps,
): Promise<MaskSighting[]> {
  const choice = { folder: model.folder, size: model.size };
  const { shots, maskGrid } = storeShots(drawn);
  const pictures = shots.map(({ image, latents, masks }) => ({ image, latents, masks }));
  const segmented = clipSeg && { by: clipSeg.hash, looks: characters.map(({ looks }) => looks) };
  const by = { seenBy, model: model.hash, clip: clip?.hash ?? null, segmented };
  const key = contentKey({ ...by, pictures, maskGrid, promptPrefix });
  return cache.measured(`${key}.masks-seen`, () =>
    lookByMasks(drawn.shots, drawn.maskGrid, {
      clip: clip?.clip,
      segment: clipSeg && figuresByLooks(clipSeg.clipSeg, characters),
      features: (probes) => engine.probe(choice, { look: 'features', probes }),
      promptPrefix,
    }),
  );
}
