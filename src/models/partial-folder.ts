import fs from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { writeRefusal } from './disk-space.ts';
import { PARTIAL } from './models-folder.ts';

/** A model's folder while it is made. Nobody takes it for a model before `finish`. */
export interface PartialFolder {
  readonly path: string;
  /** Gives it its name; from then on it is a model. */
  finish(): Promise<string>;
  /** Lets others go on with it; if nothing has come yet, it is gone. */
  leave(): Promise<void>;
}

/** Of the file that says whose turn it is; others that begin so belong to it. */
export const LOCK = '.lock';

/**
 * The folder `<name>.partial` for this process alone; what an earlier one left there is kept.
 * @throws UserError `model-exists`, `model-busy`
 */
export async function openPartialFolder(models: string, name: string): Promise<PartialFolder> {
  const target = path.join(models, name);
  const partial = `${target}${PARTIAL}`;
  await refuseExisting(target, name);
  await fs.mkdir(partial, { recursive: true }).catch((error: unknown) => {
    throw writeRefusal(error, partial);
  });
  const lock = path.join(partial, LOCK);
  await takeLock(lock, name).catch(async (error: NodeJS.ErrnoException) => {
    // whoever had it has finished just now, and the folder has its name
    if (error.code === 'ENOENT') await refuseExisting(target, name);
    throw error;
  });
  const leave = async () => {
    // removed while the lock is still ours
    if (await isBare(partial)) await fs.rm(partial, { recursive: true });
    else await fs.rm(lock, { force: true });
  };
  try {
    await refuseExisting(target, name); // another process may have finished it before the lock was ours
  } catch (error) {
    await leave();
    throw error;
  }
  return {
    path: partial,
    leave,
    async finish() {
      await fs.rename(partial, target);
      await fs.rm(path.join(target, LOCK), { force: true });
      return target;
    },
  };
}

/** Whether no byte of a model is in it. */
async function isBare(folder: string): Promise<boolean> {
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || entry.name.startsWith('.')) continue;
    if ((await fs.lstat(path.join(entry.parentPath, entry.name))).size > 0) return false;
  }
  return true;
}

/** The lock holds the id of its process: one that died without a word doesn't keep others out. */
async function takeLock(lock: string, name: string): Promise<void> {
  if (await create(lock)) return;
  // whoever takes a dead one's lock does it alone, or two could take it one after the other
  const turn = `${lock}.turn`;
  if (!(await create(turn))) throw busy(name, turn);
  try {
    const owner = Number(await fs.readFile(lock, 'utf8').catch(() => ''));
    if (Number.isInteger(owner) && owner > 0 && isAlive(owner)) throw busy(name, lock);
    await fs.rm(lock, { force: true });
    if (!(await create(lock))) throw busy(name, lock);
  } finally {
    await fs.rm(turn, { force: true });
  }
}

async function create(file: string): Promise<boolean> {
  try {
    await fs.writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function busy(name: string, lock: string): UserError {
  return new UserError('model-busy', {
    expected: `to be the only one that adds ${name}`,
    got: 'another process that is at it',
    todo: `Wait for it; if there is none, delete ${lock}.`,
    name,
  });
}

async function refuseExisting(target: string, name: string): Promise<void> {
  const exists = await fs.stat(target).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new UserError('model-exists', {
    expected: `no model ${name} in ${path.dirname(target)} yet`,
    got: 'one that is there',
    todo: `Use it, choose another name with --name, or remove it first (npm run model -- remove ${name}).`,
    name,
  });
}
