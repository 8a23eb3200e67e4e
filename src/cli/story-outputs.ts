import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { ensureWritable } from '../files/write-atomically.ts';
import type { StoryOptions } from './story-options.ts';

/**
 * Refuses what could not be written when all is drawn. Leaves everything as it was.
 * @throws UserError `output-unwritable`, `output-twice`
 */
export async function refuseOutputs({ out, saveCanon, debug }: StoryOptions): Promise<void> {
  if (saveCanon !== undefined && path.resolve(saveCanon) === path.resolve(out)) {
    throw new UserError('output-twice', {
      expected: '--out and --save-canon to be two files',
      got: `${out} for both`,
      todo: 'Give the canon another name, such as rusty.canon.',
    });
  }
  for (const file of [out, saveCanon]) if (file !== undefined) await ensureWritable(file);
  if (debug === undefined) return;
  const made = await makeFolder(debug);
  try {
    await ensureWritable(path.join(debug, 'probe.png'));
  } finally {
    if (made !== undefined) await rm(made, { recursive: true });
  }
}

/**
 * Makes a folder and those that it lies in.
 * @returns the first of the folders that were not there before
 * @throws UserError `output-unwritable`
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  return mkdir(folder, { recursive: true }).catch((error: Error) => {
    const todo = 'Choose another folder for --debug.';
    throw new UserError('output-unwritable', { expected: `to create the folder ${folder}`, got: error.message, todo });
  });
}
