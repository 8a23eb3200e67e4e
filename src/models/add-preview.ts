import fs from 'node:fs/promises';
import path from 'node:path';
import { openModel } from '../engine/weights/open-model.ts';
import { assertFitsPreview, PREVIEW_FOLDER, PREVIEW_STEM } from '../engine/weights/preview-part.ts';
import { readSafetensorsHeader } from '../engine/weights/safetensors.ts';
import { UserError } from '../errors/user-error.ts';
import type { AddParts } from './add-from-hub.ts';
import { assertSpace, writeRefusal } from './disk-space.ts';
import { fetchFile } from './fetch-file.ts';
import type { Hub, RemoteFile } from './hub.ts';
import { findInstalled } from './installed-models.ts';
import { openPartialFolder } from './partial-folder.ts';
import { type AddHooks, ByteCounter } from './progress.ts';
import { writeReceipt } from './receipt.ts';
import { withRetries } from './retries.ts';

export interface PreviewDecoder {
  /** owner/name of an AutoencoderTiny, such as madebyollin/taesdxl */
  readonly repo: string;
  readonly revision: string;
  /** the installed model whose unfinished pictures it shows */
  readonly of: string;
}

/**
 * Fetches a tiny autoencoder into a model's folder, as `taesd/`.
 * @returns that folder
 * @throws UserError `model-unknown`, `model-folder`, `model-part` (something else, or of other latents), `weights-missing`,
 *   and those of the hub, of `fetchFile` and of `openPartialFolder`
 */
export async function addPreview(
  hub: Hub,
  { repo: name, revision, of }: PreviewDecoder,
  parts: AddParts,
  hooks: AddHooks,
): Promise<string> {
  const { path: folder } = await findInstalled(parts.models, of);
  const model = openModel(folder);
  if (!(await fs.stat(folder)).isDirectory()) throw notAFolder(folder);
  const retrying = { wait: parts.wait, signal: hooks.signal, retry: hooks.notice };
  const repo = await withRetries(`${name} at ${hub.address}`, retrying, () => hub.open(name, revision, hooks.signal));
  const files = ['config.json', `${PREVIEW_STEM}.safetensors`].map((each) => {
    const file = repo.files.find(({ path: at }) => at === each);
    if (file === undefined) throw lacks(name, each);
    return file;
  });
  const partial = await openPartialFolder(folder, PREVIEW_FOLDER);
  try {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    await assertSpace(partial.path, size, parts.free);
    const counter = new ByteCounter(files, hooks);
    const get = (file: RemoteFile | undefined) => {
      const progress = counter.next(file as RemoteFile);
      const fetching = { signal: hooks.signal, wait: parts.wait, progress, retry: hooks.notice };
      return fetchFile(hub, repo, file as RemoteFile, partial.path, fetching);
    };
    await get(files[0]);
    assertFitsPreview(partial.path, model.vae); // before the weights are fetched
    await get(files[1]);
    readSafetensorsHeader(path.join(partial.path, `${PREVIEW_STEM}.safetensors`));
    writeReceipt(partial.path, {
      source: `${hub.address}/${repo.name}`,
      commit: repo.commit,
      license: repo.license,
      added: parts.now().toISOString(),
      files: files.map(({ path: at, size: bytes, checksum }) => ({ path: at, size: bytes, checksum })),
    });
    return await partial.finish();
  } catch (error) {
    // some megabytes: another attempt begins anew, perhaps with another repository
    await fs.rm(partial.path, { recursive: true, force: true });
    throw writeRefusal(error, partial.path);
  }
}

function notAFolder(file: string): UserError {
  return new UserError('model-folder', {
    expected: 'a model in a folder of its own, into which a preview decoder can be put',
    got: `the file ${file}`,
    todo: `Add it again with \`npm run model -- add NAME --from ${file}\`, and name that.`,
    folder: file,
  });
}

function lacks(repo: string, file: string): UserError {
  return new UserError('weights-missing', {
    expected: `a tiny autoencoder in diffusers layout, such as madebyollin/taesdxl`,
    got: `${repo}, which has no ${file}`,
    todo: 'Choose the repository of a TAESD.',
    part: file,
  });
}
