import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors/user-error.ts';

/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed to the disk, then renamed over it.
 * A reader sees the old bytes or the new ones; when writing fails nothing is left behind.
 * @throws UserError `output-unwritable`
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const target = resolve(path);
  await refuseImpossible(target);
  const temporary = temporaryBeside(target);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(target, error);
  }
}

/**
 * Refuses a path that could not be written later, before minutes are spent on what is to be written. It tries instead
 * of asking for permissions, which say little for root, full disks and read-only mounts; the file itself stays as it is.
 * @throws UserError `output-unwritable`
 */
export async function ensureWritable(path: string): Promise<void> {
  const target = resolve(path);
  await refuseImpossible(target);
  const probe = temporaryBeside(target);
  try {
    await (await open(probe, 'wx')).close();
  } catch (error) {
    throw unwritable(target, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function temporaryBeside(target: string): string {
  return join(dirname(target), `.troupe-${randomUUID()}.part`);
}

/** Folders, and names that the file system can't hold: a temporary file's name would not show that. */
async function refuseImpossible(target: string): Promise<void> {
  try {
    if (!(await stat(target)).isDirectory()) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw unwritable(target, error);
    return;
  }
  throw new UserError('output-unwritable', {
    expected: 'the path of a file to write',
    got: `the folder ${target}`,
    todo: `Add a file name, for instance ${join(target, 'story.png')}.`,
    path: target,
    folder: target,
  });
}

const REASONS: Record<string, string> = {
  ENOENT: 'which does not exist',
  ENOTDIR: 'which is not a folder',
  EACCES: 'which may not be written to',
  EPERM: 'which may not be written to',
  EROFS: 'which is read-only',
  ENOSPC: 'whose disk is full',
  EDQUOT: 'whose quota is used up',
  ENAMETOOLONG: 'in which so long a name is not possible',
};

function unwritable(target: string, error: unknown): UserError {
  const cause = error as NodeJS.ErrnoException;
  const folder = dirname(target);
  return new UserError(
    'output-unwritable',
    {
      expected: `to be able to write ${basename(target)}`,
      got: `the folder ${folder}, ${REASONS[cause.code ?? ''] ?? `which refused it (${cause.code ?? cause.message})`}`,
      todo: 'Make the folder or name another one.',
      path: target,
      folder,
      reason: cause.code,
    },
    { cause },
  );
}
