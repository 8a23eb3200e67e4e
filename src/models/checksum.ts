import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { Checksum } from './hub.ts';

/**
 * A file's checksum of a kind, in hex.
 * @param size of the file in bytes, which git's checksum begins with
 * @param read told the bytes that have been read
 */
export async function checksumOf(
  file: string,
  kind: Checksum['kind'],
  size: number,
  signal?: AbortSignal,
  read: (bytes: number) => void = () => {},
): Promise<string> {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1');
  if (kind === 'git-blob') hash.update(`blob ${size}\0`);
  let done = 0;
  for await (const chunk of fs.createReadStream(file, { signal })) {
    hash.update(chunk);
    done += (chunk as Buffer).length;
    read(done);
  }
  return hash.digest('hex');
}
