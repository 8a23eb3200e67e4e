import type { BlobStore } from '../blobs/blob-store.ts';
import type { Canon } from '../canon/canon.ts';
import { decodeCanon } from '../canon/canon-file.ts';
import type { Canon as CanonRow, Castings } from '../store/castings.ts';
import type { CastMember } from './recipe.ts';

/** A character's canon in which the character goes by its id: names may change, and aren't unique over time. */
export interface CastCanon {
  readonly characterId: string;
  readonly row: CanonRow;
  readonly canon: Canon;
}

/**
 * The canons of those of a cast that have one.
 * @throws UserError `canon-not-found` if its maker has erased it, `blob-missing`, `blob-corrupt`, `canon-unreadable`
 */
export async function loadCanons(
  castings: Pick<Castings, 'canon'>,
  blobs: Pick<BlobStore, 'get'>,
  cast: readonly CastMember[],
): Promise<CastCanon[]> {
  const canons: CastCanon[] = [];
  for (const { characterId, name, canonId } of cast) {
    if (canonId === null) continue;
    const row = await castings.canon(canonId);
    const { bytes } = await blobs.get(row.blobHash);
    canons.push({ characterId, row, canon: renamed(decodeCanon(bytes, name), characterId) });
  }
  return canons;
}

/** Rows of a batch that canons take up. */
export function anchorsIn(canons: readonly CastCanon[]): number {
  return canons.reduce((sum, { canon }) => sum + canon.anchors.length, 0);
}

/** A casting's canon has one character. */
function renamed(canon: Canon, name: string): Canon {
  return {
    ...canon,
    characters: canon.characters.map((character) => ({ ...character, name })),
    anchors: canon.anchors.map((anchor) => ({
      ...anchor,
      concepts: anchor.concepts.map(() => name),
      masks: Object.fromEntries(Object.values(anchor.masks).map((mask) => [name, mask])),
    })),
  };
}
