import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { insideFolder, isBelow } from '../engine/weights/inside-folder.ts';
import { measuringKindOf } from '../engine/weights/measuring-kinds.ts';
import { assertMeasures } from '../engine/weights/measuring-model.ts';
import { assertDrawable } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import { readSafetensorsHeader } from '../engine/weights/safetensors.ts';
import type { SingleFileOptions } from '../engine/weights/single-file/single-file.ts';
import type { AddParts } from './add-from-hub.ts';
import { assertSpace, writeRefusal } from './disk-space.ts';
import { PART } from './fetch-file.ts';
import { assertOpens } from './open-installed.ts';
import { openPartialFolder } from './partial-folder.ts';
import { type AddHooks, ByteCounter } from './progress.ts';
import { type Receipt, writeReceipt } from './receipt.ts';
import { type ListedFile, selectFiles, selectMeasuring, type Variant } from './select-files.ts';

export interface DiskModel {
  /** folder in diffusers layout or of a model that measures, or a checkpoint in one file */
  readonly from: string;
  readonly variant: Variant;
  readonly name: string;
}

const SAFETENSORS = /\.safetensors$/iu;

interface SourceFile extends ListedFile {
  /** where it really is */
  readonly at: string;
}

/**
 * Copies a model that is on this machine into `models/<name>`; only the files that Troupe reads.
 * @returns the model's folder
 * @throws UserError those of `openModel`, `path-outside-folder`, `disk-space`, `disk-full`, `model-exists`, `model-busy`
 */
export async function addFromDisk(
  { from, variant, name }: DiskModel,
  parts: AddParts,
  hooks: AddHooks,
): Promise<string> {
  const { configs, weights, look } = await filesOf(from, variant, parts.singleFile);
  const files = [...configs, ...weights];
  for (const { path: name, at } of weights) if (SAFETENSORS.test(name)) readSafetensorsHeader(at);
  const partial = await openPartialFolder(parts.models, name);
  try {
    await assertSpace(
      partial.path,
      files.reduce((sum, { size }) => sum + size, 0),
      parts.free,
    );
    const counter = new ByteCounter(files, hooks);
    const copied: Receipt['files'] = [];
    const bring = async (file: SourceFile) => {
      const digest = await copy(file, path.join(partial.path, file.path), counter.next(file), hooks.signal);
      copied.push({ path: file.path, size: file.size, checksum: { kind: 'sha256', digest } });
    };
    for (const file of configs) await bring(file);
    look?.(partial.path); // not after gigabytes
    for (const file of weights) await bring(file);
    assertOpens(partial.path, parts.singleFile);
    writeReceipt(partial.path, { source: path.resolve(from), added: parts.now().toISOString(), files: copied });
    return await partial.finish();
  } catch (error) {
    // what was copied is no use to another attempt, which is as fast
    await fs.rm(partial.path, { recursive: true, force: true });
    throw writeRefusal(error, partial.path);
  }
}

interface SourceFiles {
  /** refuses by the small files what hasn't been looked at yet */
  readonly look?: (folder: string) => unknown;
  readonly configs: readonly SourceFile[];
  readonly weights: readonly SourceFile[];
}

async function filesOf(from: string, variant: Variant, options: SingleFileOptions | undefined): Promise<SourceFiles> {
  const stat = await fs.stat(from).catch(() => undefined);
  if (stat?.isDirectory()) {
    const draws = await fs.stat(path.join(from, 'model_index.json')).catch(() => undefined);
    const listed = draws || measuringKindOf(from) ? await listFiles(from) : [];
    const selected = draws ? selectFiles(listed, variant) : selectMeasuring(listed);
    if (selected) {
      const { configs, weights } = selected;
      const look = draws ? assertDrawable : assertMeasures;
      const root = await fs.realpath(from);
      const linked = [...configs, ...weights].filter((file) => leadsOutside(root, file));
      // whoever opens a model refuses such links
      if (linked.length > 0) return { look, configs, weights };
      look(from);
      return { configs, weights };
    }
  }
  const model = openModel(from, options); // which says what is wrong with it, if it isn't a checkpoint
  const beside = path.join(model.dir, `${path.basename(model.path).replace(/\.safetensors$/i, '')}.troupe.json`);
  const weights = [{ path: path.basename(from), size: (await fs.stat(model.path)).size, at: model.path }];
  const card = await fs.stat(beside).catch(() => undefined);
  const configs = card ? [{ path: 'troupe.json', size: card.size, at: beside }] : [];
  return { configs, weights };
}

/** In Hugging Face's cache a model is a folder `snapshots/<commit>` of links to these. */
const CACHED = '../../blobs';

/**
 * Whether a file of Hugging Face's cache is meant, which consists of links.
 * @param root the folder, without links
 * @throws UserError `path-outside-folder` for links to elsewhere
 */
function leadsOutside(root: string, { path: name, at }: SourceFile): boolean {
  if (isBelow(path.resolve(root, CACHED), at)) return true;
  insideFolder(root, name);
  return false;
}

async function listFiles(folder: string): Promise<SourceFile[]> {
  const listed: SourceFile[] = [];
  for (const entry of await fs.readdir(folder, { recursive: true })) {
    const at = await fs.realpath(path.join(folder, entry)).catch(() => undefined);
    const found = at === undefined ? undefined : await fs.stat(at);
    if (at !== undefined && found?.isFile())
      listed.push({ path: entry.split(path.sep).join('/'), size: found.size, at });
  }
  return listed;
}

/** @returns its sha256, in hex */
async function copy(
  file: SourceFile,
  target: string,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<string> {
  await fs.mkdir(path.dirname(target), { recursive: true });
  const hash = createHash('sha256');
  let done = 0;
  const part = `${target}${PART}`;
  await pipeline(
    createReadStream(file.at),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        done += chunk.length;
        progress(done);
        yield chunk;
      }
    },
    createWriteStream(part, { flush: true }),
    { signal },
  ).catch((error: unknown) => {
    throw writeRefusal(error, target);
  });
  await fs.rename(part, target);
  return hash.digest('hex');
}
