import fs from 'node:fs/promises';
import path from 'node:path';
import { assertMeasures } from '../engine/weights/measuring-model.ts';
import { assertDrawable } from '../engine/weights/model-folder.ts';
import { headerLength, LENGTH_PREFIX, parseHeader } from '../engine/weights/safetensors-header.ts';
import { assertDrawableCheckpoint, type SingleFileOptions } from '../engine/weights/single-file/single-file.ts';
import { UserError } from '../errors/user-error.ts';
import { checksumOf } from './checksum.ts';
import { assertSpace, type FreeSpace, writeRefusal } from './disk-space.ts';
import { type FetchHooks, fetchFile, PART, sizeOf, type Wait } from './fetch-file.ts';
import type { Hub, RemoteFile, RemoteRepo } from './hub.ts';
import { assertOpens } from './open-installed.ts';
import { LOCK, openPartialFolder, type PartialFolder } from './partial-folder.ts';
import { type AddHooks, ByteCounter } from './progress.ts';
import { writeReceipt } from './receipt.ts';
import { withRetries } from './retries.ts';
import { selectCheckpoint, selectFiles, selectMeasuring, type Variant } from './select-files.ts';

export interface HubModel {
  /** owner/name */
  readonly repo: string;
  readonly revision: string;
  readonly variant: Variant;
  /** of a repository with checkpoints in single files */
  readonly file: string | undefined;
  /** of the folder that it gets */
  readonly name: string;
}

export interface AddParts {
  /** folder of all models */
  readonly models: string;
  readonly free: FreeSpace;
  readonly wait: Wait;
  readonly now: () => Date;
  /** how single-file checkpoints are opened, if not as by default */
  readonly singleFile?: SingleFileOptions;
}

/**
 * Fetches a model into `models/<name>`. What isn't a model that Troupe draws or measures with is refused before its weights are
 * fetched; what was fetched before an interruption is kept in `<name>.partial` and not fetched again.
 * @returns the model's folder
 * @throws UserError those of the hub, of `fetchFile`, of `openPartialFolder`, of `openModel`, `disk-space`
 */
export async function addFromHub(hub: Hub, wanted: HubModel, parts: AddParts, hooks: AddHooks): Promise<string> {
  const partial = await openPartialFolder(parts.models, wanted.name);
  try {
    const repo = await withRetries(`${wanted.repo} at ${hub.address}`, retrying(parts, hooks), () =>
      hub.open(wanted.repo, wanted.revision, hooks.signal),
    );
    await keepOnly(repo, partial, hooks);
    const fetched = await fetchModel(hub, repo, wanted, partial, parts, hooks);
    assertOpens(partial.path, parts.singleFile); // every header, before it is called a model
    writeReceipt(partial.path, {
      source: `${hub.address}/${repo.name}`,
      commit: repo.commit,
      license: repo.license,
      added: parts.now().toISOString(),
      files: fetched.map(({ path: at, savedAs, size, checksum }) => ({ path: savedAs ?? at, size, checksum })),
    });
    await fs.rm(path.join(partial.path, COMMIT));
    return await partial.finish();
  } catch (error) {
    await partial.leave();
    throw writeRefusal(error, partial.path);
  }
}

const retrying = ({ wait }: AddParts, { signal, notice }: AddHooks) => ({ wait, signal, retry: notice });

async function fetchModel(
  hub: Hub,
  repo: RemoteRepo,
  wanted: HubModel,
  partial: PartialFolder,
  parts: AddParts,
  hooks: AddHooks,
): Promise<readonly RemoteFile[]> {
  const isFolder = wanted.file === undefined && repo.files.some((file) => file.path === 'model_index.json');
  const measuring = wanted.file === undefined ? selectMeasuring(repo.files) : undefined;
  const { configs, weights } = measuring ?? (isFolder ? chooseFolder(repo, wanted, hooks) : chooseFile(repo, wanted));
  const all = [...configs, ...weights];
  await dropOthers(partial, all);
  const present = new Set<RemoteFile>();
  let needed = 0;
  for (const file of all) {
    const target = path.join(partial.path, file.savedAs ?? file.path);
    if (file.size > 0 && (await sizeOf(target)) === file.size) present.add(file);
    else needed += file.size - Math.min(file.size, await sizeOf(`${target}${PART}`));
  }
  hooks.notice(
    `${repo.name} at ${repo.commit.slice(0, 8)}: ${all.length} files, ${gigabytes(all)}` +
      `${repo.license === undefined ? '' : `, licence ${repo.license}`}.`,
  );
  await assertSpace(partial.path, needed, parts.free);
  const counter = new ByteCounter(all, hooks);
  const get = async (file: RemoteFile) => {
    const progress = counter.next(file);
    if (present.has(file)) return progress(file.size);
    const fetching: FetchHooks = { signal: hooks.signal, wait: parts.wait, progress, retry: hooks.notice };
    await fetchFile(hub, repo, file, partial.path, fetching);
    progress(file.size);
  };
  for (const file of configs) await get(file);
  if (measuring || isFolder) await refuseUnsuited(partial, measuring ? assertMeasures : assertDrawable);
  else await assertHeaderDrawable(hub, repo, weights[0] as RemoteFile, parts, hooks);
  for (const file of weights) await get(file);
  return all;
}

/** Looks at the small files. What is no model for Troupe is no use to another attempt. */
async function refuseUnsuited(partial: PartialFolder, look: (folder: string) => unknown): Promise<void> {
  try {
    look(partial.path);
  } catch (error) {
    await dropOthers(partial, []);
    await fs.rm(path.join(partial.path, COMMIT), { force: true });
    throw error;
  }
}

function chooseFolder(repo: RemoteRepo, { variant }: HubModel, hooks: AddHooks) {
  const { configs, weights, otherVariant } = selectFiles(repo.files, variant);
  if (otherVariant.length > 0) {
    const has = variant === 'fp16' ? 'full' : 'half';
    hooks.notice(`${otherVariant.join(', ')}: only in ${has} precision there.`);
  }
  return { configs, weights };
}

function chooseFile(
  repo: RemoteRepo,
  { file }: HubModel,
): { configs: readonly RemoteFile[]; weights: readonly RemoteFile[] } {
  const checkpoint = selectCheckpoint(repo.files, file);
  return { configs: [], weights: [{ ...checkpoint, savedAs: path.basename(checkpoint.path) }] };
}

/** Reads a checkpoint's header from the hub: some 300 kB tell whether the gigabytes are worth fetching. */
async function assertHeaderDrawable(
  hub: Hub,
  repo: RemoteRepo,
  file: RemoteFile,
  parts: AddParts,
  hooks: AddHooks,
): Promise<void> {
  const read = (start: number, end: number) =>
    withRetries(`${file.path} at ${hub.address}`, retrying(parts, hooks), async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of hub.read(repo, file, start, hooks.signal, end)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length !== end - start) throw new Error('the connection ended early');
      return bytes;
    });
  const start = Math.min(file.size, LENGTH_PREFIX);
  const length = headerLength(await read(0, start), file.size, file.path);
  const { tensors } = parseHeader(await read(LENGTH_PREFIX, LENGTH_PREFIX + length), file.size, file.path);
  assertDrawableCheckpoint(tensors, file.path, parts.singleFile?.families);
}

/** Deletes what another choice (full or half precision) has left. */
async function dropOthers(partial: PartialFolder, wanted: readonly RemoteFile[]): Promise<void> {
  const names = new Set(wanted.map(({ path: at, savedAs }) => savedAs ?? at));
  for (const entry of await fs.readdir(partial.path, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const name = path.relative(partial.path, at).split(path.sep).join('/');
    const isOurs = name === COMMIT || name.startsWith(LOCK);
    if (entry.isFile() && !isOurs && !names.has(name) && !names.has(name.slice(0, -PART.length))) await fs.rm(at);
  }
}

const COMMIT = '.commit';

/**
 * What was fetched of another commit: files with the right checksum stay, others and unfinished ones go.
 * @throws UserError `model-exists` if it is of another repository
 */
async function keepOnly(repo: RemoteRepo, partial: PartialFolder, { signal, notice }: AddHooks): Promise<void> {
  const file = path.join(partial.path, COMMIT);
  const own = `${repo.name} ${repo.commit}`;
  const before = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (before !== undefined && before !== own) {
    if (before.split(' ')[0] !== repo.name) throw otherRepo(before.split(' ')[0] as string, partial.path);
    notice('The model has changed since a part of it was fetched; what is still the same is kept.');
    for (const { path: at, savedAs, size, checksum } of repo.files) {
      const target = path.join(partial.path, savedAs ?? at);
      await fs.rm(`${target}${PART}`, { force: true });
      if ((await sizeOf(target)) === 0) continue;
      const same =
        (await sizeOf(target)) === size && (await checksumOf(target, checksum.kind, size, signal)) === checksum.digest;
      if (!same) await fs.rm(target);
    }
  }
  await fs.writeFile(file, own);
}

function otherRepo(repo: string, folder: string): UserError {
  return new UserError('model-exists', {
    expected: `${folder} to be a part of the same model`,
    got: `a part of ${repo}`,
    todo: `Choose another name with --name, or delete ${folder}.`,
    folder,
  });
}

function gigabytes(files: readonly RemoteFile[]): string {
  return `${(files.reduce((sum, { size }) => sum + size, 0) / 1e9).toFixed(2)} GB`;
}
