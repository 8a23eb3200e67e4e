import type { BlobStore } from '../blobs/blob-store.ts';
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import type { CastCanon } from './canon-shelf.ts';
import type { Draughtsman } from './draw-panels.ts';
import type { ModelShelf, StudioModel } from './models.ts';
import type { CastMember, Drawing } from './recipe.ts';

/** What the handlers of jobs work with. */
export interface Workshop extends Draughtsman {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly models: ModelShelf;
}

/**
 * Refuses canons of other models or sizes: their anchors would come out as somebody else.
 * @param hash of the model; undefined if it isn't known yet, then the job sees to it
 * @throws UserError `canon-outdated`
 */
export function assertCanonsFit(
  canons: readonly CastCanon[],
  cast: readonly CastMember[],
  model: StudioModel,
  hash: string | undefined,
  { width, height }: Drawing['size'],
): void {
  for (const { characterId, canon } of canons) {
    const isOfModel = hash === undefined || canon.model.hash === hash;
    if (isOfModel && canon.size.width === width && canon.size.height === height) continue;
    const name = cast.find((member) => member.characterId === characterId)?.name ?? '';
    throw new UserError('canon-outdated', {
      expected: `${name} to be cast with the model ${model.name} at ${width} x ${height} pixels`,
      got: `a canon of ${canon.model.name} at ${canon.size.width} x ${canon.size.height}`,
      todo: 'Cast the character anew with /character recast, or choose the former model in /settings.',
      name,
      characterId,
      model: model.name,
      canonModel: canon.model.name,
    });
  }
}
