/** A blob as it is read. */
export interface Blob {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** A blob as it is listed. */
export interface BlobEntry {
  readonly hash: string;
  readonly size: number;
  /** When it was last put, in ms since 1970. */
  readonly putAt: number;
}

/**
 * Pictures, latents and canon files by the SHA-256 of their bytes, in hex. What was put never changes; putting the
 * same bytes again only renews `putAt`, or mends what a bad disk made of them.
 */
export interface BlobStore {
  /** Once it resolves, the bytes outlive a power cut. The first media type given stays. */
  put(bytes: Uint8Array, mediaType: string): Promise<string>;
  /** @throws UserError `blob-missing`, `blob-corrupt` (the bytes are checked against the hash) */
  get(hash: string): Promise<Blob>;
  has(hash: string): Promise<boolean>;
  /** @param unlessPutSince keep it if it was put since then, in ms since 1970. @returns false if it is (still or no more) there */
  delete(hash: string, unlessPutSince?: number): Promise<boolean>;
  list(): AsyncIterable<BlobEntry>;
  /** Removes what killed writers left half-written. @param before older than this, in ms since 1970. @returns how many */
  removeLeftovers(before: number): Promise<number>;
}
