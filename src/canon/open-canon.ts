import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../errors/user-error.ts';
import type { Canon } from './canon.ts';
import { decodeCanon, MAX_CANON_BYTES } from './canon-file.ts';

/**
 * Reads a canon file.
 * @throws UserError `canon-unreadable`
 */
export async function openCanon(file: string): Promise<Canon> {
  const bytes = await readRegularFile(file).catch((error: Error) => {
    throw new UserError(
      'canon-unreadable',
      {
        expected: `to read the canon ${file}`,
        got: error.message,
        todo: 'Give a file that --save-canon wrote.',
        file,
      },
      { cause: error },
    );
  });
  return decodeCanon(bytes, file);
}

/** Asked before it is opened: a pipe would wait for a writer, and a device may never end. */
async function readRegularFile(file: string): Promise<Uint8Array> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error(found.isDirectory() ? 'a folder' : 'something else than a file');
  if (found.size > MAX_CANON_BYTES) throw new Error(`${found.size} bytes, more than a canon has`);
  return readFile(file);
}
