import fs from 'node:fs/promises';
import path from 'node:path';
import type { MeasuringModel } from '../engine/weights/measuring-model.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { UserError } from '../errors/user-error.ts';
import { checksumOf } from './checksum.ts';
import { folderNameOf, installedNames, PARTIAL } from './models-folder.ts';
import { openInstalled } from './open-installed.ts';
import { openPartialFolder } from './partial-folder.ts';
import { type Receipt, readReceipt } from './receipt.ts';

/** What is in the folder of models. */
export interface InstalledModel {
  readonly name: string;
  readonly path: string;
  readonly receipt: Receipt | undefined;
  /** bytes on the disk */
  readonly size: number;
  /** the model, or why it can't be used */
  readonly model: ModelFolder | MeasuringModel | UserError;
}

export async function listModels(models: string): Promise<readonly InstalledModel[]> {
  return Promise.all(installedNames(models).map((name) => look(models, name)));
}

/** @throws UserError `model-unknown` */
export async function findInstalled(models: string, named: string): Promise<InstalledModel> {
  const names = installedNames(models);
  const last = named.split('/').at(-1) as string;
  const name = names.find((each) => each === last || each === `${last}.safetensors`);
  if (name !== undefined) return look(models, name);
  throw new UserError('model-unknown', {
    expected: `an installed model (${names.join(', ') || 'there is none'})`,
    got: `"${named}"`,
    todo: 'See `npm run model -- list`.',
    model: named,
    models: names,
  });
}

async function look(models: string, name: string): Promise<InstalledModel> {
  const at = path.join(models, name);
  return { name, path: at, receipt: readReceipt(at), size: await sizeOnDisk(at), model: openInstalled(at) };
}

async function sizeOnDisk(at: string): Promise<number> {
  const stat = await fs.stat(at);
  if (!stat.isDirectory()) return stat.size;
  let size = 0;
  for (const entry of await fs.readdir(at, { recursive: true })) {
    const found = await fs.stat(path.join(at, entry)).catch(() => undefined);
    if (found?.isFile()) size += found.size;
  }
  return size;
}

/**
 * Reads every byte of an installed model and compares it with what was fetched.
 * @returns how many files were looked at
 * @throws UserError `model-unknown`, `model-unverifiable` (it wasn't installed by Troupe), `model-damaged`, those of `openModel`
 */
export async function verifyModel(
  models: string,
  named: string,
  hooks: { readonly signal: AbortSignal; progress(file: string, done: number, size: number): void },
): Promise<number> {
  const { name, path: at, receipt, model } = await findInstalled(models, named);
  if (receipt === undefined) throw notOurs(name, 'to compare its files with');
  const damaged: string[] = [];
  for (const { path: file, size, checksum } of receipt.files) {
    const target = path.join(at, file);
    const found = await fs.stat(target).catch(() => undefined);
    const digest =
      found?.size === size
        ? await checksumOf(target, checksum.kind, size, hooks.signal, (done) => hooks.progress(file, done, size))
        : undefined;
    if (digest !== checksum.digest)
      damaged.push(`${file} (${found === undefined ? 'gone' : found.size === size ? 'changed' : 'of another size'})`);
  }
  if (damaged.length > 0) {
    throw new UserError('model-damaged', {
      expected: `the files of ${name} to be as they were fetched`,
      got: damaged.join(', '),
      todo: `Remove it and add it again: npm run model -- remove ${name}`,
      name,
      files: damaged,
    });
  }
  if (model instanceof UserError) throw model;
  return receipt.files.length;
}

/**
 * Deletes a model that was added by `npm run model`, or what was fetched of one. It is gone for others at once.
 * @returns the bytes that were freed
 * @throws UserError `model-unknown`, `model-unverifiable`, `model-busy`
 */
export async function removeModel(models: string, named: string): Promise<number> {
  const partial = path.join(models, `${folderNameOf(named)}${PARTIAL}`);
  const half = await fs.stat(partial).catch(() => undefined);
  const isWhole = installedNames(models).some((name) => name === folderNameOf(named));
  if (half !== undefined && !isWhole) {
    await openPartialFolder(models, folderNameOf(named)); // unless somebody is at it
    return discard(partial);
  }
  const { name, path: at, receipt } = await findInstalled(models, named);
  if (receipt === undefined) throw notOurs(name, 'so it is not deleted');
  return discard(at);
}

async function discard(at: string): Promise<number> {
  const size = await sizeOnDisk(at);
  const aside = `${at}.removed-${process.pid}`;
  await fs.rename(at, aside);
  await fs.rm(aside, { recursive: true });
  return size;
}

function notOurs(name: string, why: string): UserError {
  return new UserError('model-unverifiable', {
    expected: `${name} to have been added by \`npm run model\``,
    got: `a model without a receipt, ${why}`,
    todo: 'Look after its files yourself.',
    name,
  });
}
