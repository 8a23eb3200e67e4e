import { strToU8, type Zippable, zipSync } from 'fflate';
import type { BlobStore } from '../blobs/blob-store.ts';
import { endingOf } from '../blobs/media-types.ts';
import { blobHashes } from '../blobs/named-blobs.ts';

/** A ZIP's own bytes for a file: two headers with its name, rounded up. */
const BYTES_PER_ENTRY = 400;
const STORED = { level: 0 } as const;
const COMPRESSED = { level: 6 } as const;

export interface ExportPart {
  readonly zip: Uint8Array;
  /** from 1 */
  readonly part: number;
  readonly parts: number;
  /** files that are in no part: missing, damaged, or larger than a part may be */
  readonly leftOut: readonly string[];
}

interface File {
  readonly name: string;
  readonly hash: string;
  readonly size: number;
}

/**
 * Everything that is stored of a member as ZIP files of at most `limit` bytes: data.json in the first, pictures and
 * canons in all. The same data always falls into the same parts.
 * @param data what Privacy.export gives
 * @returns `undefined` if there is no such part
 */
export async function exportPart(
  data: unknown,
  blobs: BlobStore,
  { part, limit }: { readonly part: number; readonly limit: number },
): Promise<ExportPart | undefined> {
  const json = strToU8(JSON.stringify(data, plainNumbers, 2));
  const head = zipSync({ 'data.json': [json, COMPRESSED] }).length + BYTES_PER_ENTRY;
  const leftOut: string[] = [];
  const parts: File[][] = [[]];
  let room = limit - head;
  for (const hash of [...blobHashes(data)].sort()) {
    const file = await look(blobs, hash);
    if (typeof file === 'string' || file.size + 2 * BYTES_PER_ENTRY > limit) {
      leftOut.push(typeof file === 'string' ? file : `${file.name}: ${file.size} bytes are too many`);
      continue;
    }
    if (file.size + BYTES_PER_ENTRY > room) {
      parts.push([]);
      room = limit - BYTES_PER_ENTRY;
    }
    parts.at(-1)?.push(file);
    room -= file.size + BYTES_PER_ENTRY;
  }
  const files = parts[part - 1];
  if (!files) return undefined;
  const entries: Zippable = part === 1 ? { 'data.json': [json, COMPRESSED] } : {};
  if (part === 1 && leftOut.length > 0) entries['left-out.txt'] = [strToU8(`${leftOut.join('\n')}\n`), COMPRESSED];
  // What is a picture is compressed already.
  for (const { name, hash } of files) entries[name] = [(await blobs.get(hash)).bytes, STORED];
  return { zip: zipSync(entries), part, parts: parts.length, leftOut };
}

async function look(blobs: BlobStore, hash: string): Promise<File | string> {
  try {
    const { bytes, mediaType } = await blobs.get(hash);
    return { name: `files/${hash}.${endingOf(mediaType)}`, hash, size: bytes.length };
  } catch (error) {
    return `files/${hash}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
