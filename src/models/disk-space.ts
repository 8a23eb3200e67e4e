import fs from 'node:fs/promises';
import { UserError } from '../errors/user-error.ts';

/** Bytes that this process may still write where a folder is. */
export type FreeSpace = (folder: string) => Promise<number>;

export const freeSpace: FreeSpace = async (folder) => {
  const { bavail, bsize } = await fs.statfs(folder);
  return bavail * bsize;
};

/** Left free, so that a model doesn't take the last bytes from the database. */
const SPARE = 500e6;

/** @throws UserError `disk-space` with the numbers, before anything is fetched */
export async function assertSpace(folder: string, needed: number, free: FreeSpace): Promise<void> {
  const available = await free(folder);
  if (needed + SPARE <= available) return;
  throw new UserError('disk-space', {
    expected: `${gigabytes(needed)} and ${gigabytes(SPARE)} to spare on the disk of ${folder}`,
    got: `${gigabytes(available)} free`,
    todo: 'Make room, or take the half-precision files with --variant fp16 where there are some.',
    needed,
    available,
    folder,
  });
}

/** A full disk, or what else keeps a file from being written, in words. */
export function writeRefusal(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new UserError('disk-full', {
      expected: `room for ${file}`,
      got: 'a full disk',
      todo: 'Make room and run the same command again; it goes on where it stopped.',
      file,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UserError('output-unwritable', {
      expected: `to write ${file}`,
      got: `that it may not be written (${code})`,
      todo: 'Check the permissions of the folder.',
      path: file,
    });
  }
  return error;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
