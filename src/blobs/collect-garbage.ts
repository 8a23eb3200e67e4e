import type { BlobStore } from './blob-store.ts';

/** A picture is put before the row that refers to it is written. An hour, in ms, is far more than lies between. */
export const GARBAGE_AGE_MS = 3_600_000;

export interface Garbage {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * Deletes blobs that nothing refers to and that were put more than an hour ago, and half-written ones of that age.
 * @param references all hashes in use; asked for after the candidates are known
 */
export async function collectGarbage(
  blobs: BlobStore,
  references: () => Promise<ReadonlySet<string>>,
  now: number,
): Promise<Garbage> {
  const oldest = now - GARBAGE_AGE_MS;
  await blobs.removeLeftovers(oldest);
  const candidates = new Map<string, number>();
  for await (const { hash, size, putAt } of blobs.list()) if (putAt < oldest) candidates.set(hash, size);
  if (candidates.size === 0) return { blobs: 0, bytes: 0 };
  const used = await references();
  let count = 0;
  let bytes = 0;
  for (const [hash, size] of candidates) {
    // Put again since it was listed, it is about to be referred to.
    if (used.has(hash) || !(await blobs.delete(hash, oldest))) continue;
    count++;
    bytes += size;
  }
  return { blobs: count, bytes };
}
