import fs from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { checksumOf } from './checksum.ts';
import { writeRefusal } from './disk-space.ts';
import type { Hub, RemoteFile, RemoteRepo } from './hub.ts';
import { networkReason } from './retries.ts';

/** What is written of a file that isn't whole yet. */
export const PART = '.part';

/** Waits between attempts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export interface FetchHooks {
  readonly signal: AbortSignal;
  readonly wait: Wait;
  /** bytes of the file that are there */
  progress(done: number): void;
  /** an attempt failed, and is repeated */
  retry(why: string): void;
}

/** Attempts in a row that may bring no byte. */
const FUTILE_ATTEMPTS = 5;
const FIRST_WAIT = 1000;

/**
 * Fetches one file into a folder, going on with what is there of it. It bears its name only when it is whole and its
 * checksum is right.
 * @throws UserError `download-broken` (no byte comes), `download-checksum`, `disk-full`, and those of the hub
 */
export async function fetchFile(
  hub: Hub,
  repo: RemoteRepo,
  file: RemoteFile,
  folder: string,
  hooks: FetchHooks,
): Promise<void> {
  const target = path.join(folder, file.savedAs ?? file.path);
  const part = `${target}${PART}`;
  await fs.mkdir(path.dirname(target), { recursive: true });
  let futile = 0;
  let done = await sizeOf(part);
  if (done > file.size) {
    await fs.rm(part);
    done = 0;
  }
  while (done < file.size || file.size === 0) {
    const before = done;
    try {
      done = await append(hub.read(repo, file, done, hooks.signal), part, done, file.size, hooks);
      if (file.size === 0) break;
      if (done < file.size) throw new Error('the connection ended early');
    } catch (error) {
      hooks.signal.throwIfAborted();
      if (error instanceof UserError) throw error;
      done = await sizeOf(part);
      futile = done > before ? 0 : futile + 1;
      const why = networkReason(error);
      if (futile >= FUTILE_ATTEMPTS) throw broken(hub, file, why);
      hooks.retry(why);
      await hooks.wait(FIRST_WAIT * 2 ** futile, hooks.signal);
    }
  }
  const digest = await checksumOf(part, file.checksum.kind, file.size, hooks.signal);
  if (digest !== file.checksum.digest) {
    await fs.rm(part);
    throw wrongChecksum(file, digest);
  }
  await fs.rename(part, target);
}

/** Appends to a file; what has come is written even if the rest doesn't. */
async function append(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
  from: number,
  size: number,
  { progress }: FetchHooks,
): Promise<number> {
  const file = await fs.open(part, 'a').catch((error: unknown) => {
    throw writeRefusal(error, part);
  });
  let done = from;
  try {
    for await (const chunk of size === 0 ? [] : chunks) {
      if (done + chunk.length > size) throw new Error('more bytes came than the file has');
      await file.appendFile(chunk).catch((error: unknown) => {
        throw writeRefusal(error, part);
      });
      done += chunk.length;
      progress(done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return done;
}

export async function sizeOf(file: string): Promise<number> {
  const stat = await fs.stat(file).catch(() => undefined);
  return stat?.size ?? 0;
}

function broken(hub: Hub, file: RemoteFile, why: string): UserError {
  return new UserError('download-broken', {
    expected: `${file.path} from ${hub.address}`,
    got: `${FUTILE_ATTEMPTS} attempts without a byte: ${why}`,
    todo: 'Check the connection and run the same command again; it goes on where it stopped.',
    file: file.path,
  });
}

function wrongChecksum(file: RemoteFile, got: string): UserError {
  return new UserError('download-checksum', {
    expected: `${file.path} with the ${file.checksum.kind} ${file.checksum.digest}`,
    got,
    todo: 'The file was damaged on its way, and is deleted. Run the same command again; the other files stay.',
    file: file.path,
  });
}
