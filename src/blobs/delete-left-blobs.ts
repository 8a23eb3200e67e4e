import type { BlobStore } from './blob-store.ts';

/** Blobs that nothing refers to any more, because what did was erased. */
export interface LeftBlobs {
  readonly blobHashes: readonly string[];
  /**
   * Those that were put since then are left to garbage collection: what is being drawn now may have put the same bytes
   * (a replayed story's for instance), and its rows come later.
   */
  readonly unlessPutSince: Date;
}

export async function deleteLeftBlobs(
  blobs: Pick<BlobStore, 'delete'>,
  { blobHashes, unlessPutSince }: LeftBlobs,
): Promise<void> {
  for (const hash of blobHashes) await blobs.delete(hash, unlessPutSince.getTime());
}
