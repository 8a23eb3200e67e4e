import type { BlobStore } from '../blobs/blob-store.ts';
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import type { Takes } from '../store/takes.ts';
import type { CastCanon } from './canon-shelf.ts';
import type { Draughtsman } from './draw-panels.ts';
import type { LoraShelf } from './loras.ts';
import type { ModelShelf } from './models.ts';
import type { CastMember, Drawing } from './recipe.ts';

/** What the handlers of jobs work with. */
export interface Workshop extends Draughtsman {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly models: ModelShelf;
  readonly loras: LoraShelf;
}

/**
 * Refuses canons of other models or sizes: their anchors would come out as somebody else.
 * @param identity of the model as LoRAs change it
 * @throws UserError `canon-outdated`
 */
export function assertCanonsFit(
  canons: readonly CastCanon[],
  cast: readonly CastMember[],
  identity: { readonly name: string; readonly hash: string },
  { width, height }: Drawing['size'],
): void {
  for (const { characterId, canon } of canons) {
    const isOfSize = canon.size.width === width && canon.size.height === height;
    if (canon.model.hash === identity.hash && isOfSize) continue;
    const name = cast.find((member) => member.characterId === characterId)?.name ?? '';
    throw new UserError('canon-outdated', {
      expected: `${name} to be cast with the model ${identity.name} at ${width} x ${height} pixels`,
      got: `a canon of ${canon.model.name} at ${canon.size.width} x ${canon.size.height}`,
      todo: 'Cast the character anew with /character recast, or choose the former model in /settings.',
      name,
      characterId,
      model: identity.name,
      canonModel: canon.model.name,
    });
  }
}

/**
 * Refuses to draw on in a story that another model drew, be it under the same name: whoever has no canon comes from the
 * story's own panels, which would come out as somebody else.
 * @throws UserError `story-model-changed`
 */
export async function assertSameModel(
  takes: Pick<Takes, 'shownOf'>,
  storyId: string,
  identity: { readonly name: string; readonly hash: string },
): Promise<void> {
  const drawn = await takes.shownOf(storyId);
  if (drawn.every(({ modelHash }) => modelHash === identity.hash)) return;
  throw new UserError('story-model-changed', {
    expected: `${identity.name} to be as it was when the story was drawn`,
    got: 'another version of it',
    todo: 'Vary the story, or make it anew; its panels stay as they are.',
    model: identity.name,
  });
}
