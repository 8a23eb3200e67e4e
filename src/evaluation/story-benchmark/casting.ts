import { type Canon, makeCanon } from '../../canon/canon.ts';
import { decodeCanon, encodeCanon } from '../../canon/canon-file.ts';
import type { ConsistencySettings } from '../../engine/consistory/settings.ts';
import type { StoryRequest } from '../../engine/draw-story.ts';
import type { PictureSize } from '../../engine/pipeline/unet-session.ts';
import type { DrawnShots } from './drawn-shots.ts';
import type { BenchmarkStory } from './story-file.ts';

/**
 * The canons of a story's characters, one each, from the pictures of their casting: what the bot stores when somebody
 * picks the first candidate. They go through the file format, as every canon does.
 */
export function canonsOf(
  { characters }: Pick<BenchmarkStory, 'characters'>,
  request: StoryRequest,
  { shots, latentShape, maskGrid }: DrawnShots,
  settings: ConsistencySettings,
  model: Canon['model'],
  size: PictureSize,
): Canon[] {
  return characters.map((character, i) => {
    const row = request.panels[i] as StoryRequest['panels'][number];
    const { image, latents, masks } = shots[i] as DrawnShots['shots'][number];
    const canon = makeCanon({
      request: { ...request, settings, panels: [row] },
      drawn: {
        panels: [{ id: row.id, image, latents, masks, truncatedWords: [] }],
        latentShape,
        maskGrid,
        timings: {},
      },
      characters: [character],
      model,
      size,
      latentShape,
      maskGrid,
    });
    return decodeCanon(encodeCanon(canon), character.name);
  });
}
