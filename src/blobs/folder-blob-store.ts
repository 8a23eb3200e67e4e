import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, opendir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { writeFileAtomically } from '../files/write-atomically.ts';
import type { Blob, BlobEntry, BlobStore } from './blob-store.ts';
import { endingOf, mediaTypeOf } from './media-types.ts';

const HASH = /^[0-9a-f]{64}$/;
const BLOB_FILE = /^([0-9a-f]{64})\.([a-z]+)$/;

/** Blobs as files: <root>/<2 digits>/<2 digits>/<hash>.<ending>. Several processes may use one folder. */
export class FolderBlobStore implements BlobStore {
  readonly #root: string;
  readonly #now: () => number;

  constructor(root: string, clock: { now(): number }) {
    this.#root = root;
    this.#now = () => clock.now();
  }

  async put(bytes: Uint8Array, mediaType: string): Promise<string> {
    const hash = sha256(bytes);
    const folder = this.#folder(hash);
    const there = await this.#find(hash);
    if (there !== undefined && (await this.#touch(there)) && (await isSound(there, hash))) return hash;
    await mkdir(folder, { recursive: true });
    const path = there ?? join(folder, `${hash}.${endingOf(mediaType)}`);
    await writeFileAtomically(path, bytes);
    await this.#touch(path);
    // The bytes are flushed; now the names are, up to the root.
    for (const parent of [folder, dirname(folder), this.#root]) await flushFolder(parent);
    return hash;
  }

  async get(hash: string): Promise<Blob> {
    const path = await this.#find(hash);
    if (path === undefined) throw blobError('blob-missing', hash, 'none');
    const bytes = new Uint8Array(await readFile(path));
    if (sha256(bytes) !== hash) throw blobError('blob-corrupt', hash, `other bytes in ${path}`);
    return { bytes, mediaType: mediaTypeOf(extname(path).slice(1)) ?? 'application/octet-stream' };
  }

  async has(hash: string): Promise<boolean> {
    return (await this.#find(hash)) !== undefined;
  }

  async delete(hash: string, unlessPutSince?: number): Promise<boolean> {
    const path = await this.#find(hash);
    if (path === undefined) return false;
    if (unlessPutSince === undefined) return removeFile(path);
    // Moved away first: a put at the same time either finds it gone and writes anew, or had renewed its time by now.
    const aside = join(dirname(path), `.troupe-${randomUUID()}.part`);
    if (!(await ifThere(rename(path, aside)))) return false;
    if ((await stat(aside)).mtimeMs >= unlessPutSince) {
      await rename(aside, path);
      return false;
    }
    await rm(aside, { force: true });
    return true;
  }

  async *list(): AsyncIterable<BlobEntry> {
    for await (const path of this.#files()) {
      const [, hash, ending] = BLOB_FILE.exec(basename(path)) ?? [];
      if (hash === undefined || ending === undefined || mediaTypeOf(ending) === undefined) continue;
      const stats = await stat(path).catch(ignoreMissing);
      if (stats) yield { hash, size: stats.size, putAt: stats.mtimeMs };
    }
  }

  async removeLeftovers(before: number): Promise<number> {
    let removed = 0;
    for await (const path of this.#files()) {
      if (!path.endsWith('.part')) continue;
      const stats = await stat(path).catch(ignoreMissing);
      if (stats && stats.mtimeMs < before && (await removeFile(path))) removed++;
    }
    return removed;
  }

  #folder(hash: string): string {
    if (!HASH.test(hash)) throw blobError('blob-missing', hash, 'something that is no SHA-256');
    return join(this.#root, hash.slice(0, 2), hash.slice(2, 4));
  }

  async #find(hash: string): Promise<string | undefined> {
    const folder = this.#folder(hash);
    const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
    const name = names.find((each) => BLOB_FILE.exec(each)?.[1] === hash);
    return name && join(folder, name);
  }

  async #touch(path: string): Promise<boolean> {
    const time = new Date(this.#now());
    return ifThere(utimes(path, time, time));
  }

  async *#files(): AsyncIterable<string> {
    const root = await opendir(this.#root, { recursive: true }).catch(ignoreMissing);
    if (!root) return;
    for await (const entry of root) if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function blobError(code: 'blob-missing' | 'blob-corrupt', hash: string, got: string): UserError {
  return new UserError(code, {
    expected: `the stored file ${hash}`,
    got,
    todo: 'Restore the blobs folder from a backup, or draw the picture again.',
    hash,
  });
}

/** False also if it was deleted in this moment. */
async function isSound(path: string, hash: string): Promise<boolean> {
  const bytes = await readFile(path).catch(ignoreMissing);
  return bytes !== undefined && sha256(bytes) === hash;
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function removeFile(path: string): Promise<boolean> {
  return ifThere(rm(path));
}

/** Whether the file was there to do it to. */
async function ifThere(action: Promise<unknown>): Promise<boolean> {
  return (await action.then(() => true).catch(ignoreMissing)) ?? false;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
