/** Fields that name a blob: pictureHash, latentsHash, blobHash, canonBlobHash. */
const BLOB_FIELD = /(?:picture|latents|blob)Hash$/iu;

/** The blobs that data names anywhere within it. */
export function blobHashes(data: unknown, hashes = new Set<string>()): Set<string> {
  if (typeof data !== 'object' || data === null || data instanceof Date) return hashes;
  for (const [key, value] of Object.entries(data)) {
    if (BLOB_FIELD.test(key) && typeof value === 'string') hashes.add(value);
    else blobHashes(value, hashes);
  }
  return hashes;
}
