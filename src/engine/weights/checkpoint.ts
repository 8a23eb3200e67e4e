import fs from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { insideFolder } from './inside-folder.ts';
import { readJson } from './read-json.ts';
import { readSafetensorsHeader } from './safetensors.ts';
import type { TensorEntry, TensorIndex } from './tensor-index.ts';

/** Full names first, then diffusers' half-precision files, which are often the only ones fetched. */
export const DEFAULT_VARIANTS = ['', 'fp16'] as const;

/** Formats that are Python pickles: opening one may run code that its author put there. */
const PICKLE = /\.(bin|ckpt|pt|pth|pkl)$/;

const SHARD_INDEX = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The file names under which diffusers and transformers save one variant of a part's weights. */
function candidates(stem: string, variant: string): { readonly single: string; readonly indices: readonly string[] } {
  if (variant === '') return { single: `${stem}.safetensors`, indices: [`${stem}.safetensors.index.json`] };
  return {
    single: `${stem}.${variant}.safetensors`,
    indices: [`${stem}.safetensors.index.${variant}.json`, `${stem}.${variant}.safetensors.index.json`],
  };
}

/**
 * The tensors of one model part, in a single file or in shards.
 * @param folder the part's folder, such as `unet/`
 * @param stem `model` or `diffusion_pytorch_model`
 * @param variants tried in this order; '' is the one without a name
 * @throws UserError `weights-missing`, `weights-index`, `path-outside-folder`, and those of `readSafetensorsHeader`
 */
export function openCheckpoint(
  folder: string,
  stem: string,
  variants: readonly string[] = DEFAULT_VARIANTS,
): TensorIndex {
  const looked: string[] = [];
  if (fs.existsSync(folder)) {
    for (const variant of variants) {
      const { single, indices } = candidates(stem, variant);
      looked.push(single, ...indices);
      const file = insideFolder(folder, single);
      if (file !== undefined) return readSafetensorsHeader(file);
      for (const index of indices) {
        const indexFile = insideFolder(folder, index);
        if (indexFile !== undefined) return openShards(folder, indexFile);
      }
    }
  }
  throw missing(folder, looked);
}

function openShards(folder: string, indexFile: string): TensorIndex {
  const shardOf = readJson(indexFile, SHARD_INDEX).weight_map;
  const tensors = new Map<string, TensorEntry>();
  for (const shard of new Set(Object.values(shardOf))) {
    const file = insideFolder(folder, shard);
    if (file === undefined) throw missing(folder, [shard]);
    for (const [name, entry] of readSafetensorsHeader(file)) {
      if (!Object.hasOwn(shardOf, name) || shardOf[name] !== shard) {
        throw indexError(indexFile, `${shard} to hold what the index says`, `tensor "${name}" in it too`, name);
      }
      tensors.set(name, entry);
    }
  }
  for (const [name, shard] of Object.entries(shardOf)) {
    if (!tensors.has(name)) throw indexError(indexFile, `tensor "${name}" in ${shard}`, 'no such tensor', name);
  }
  return tensors;
}

function indexError(file: string, expected: string, got: string, tensor: string): UserError {
  return new UserError('weights-index', {
    expected,
    got,
    todo: `Fetch the files named in ${file} again, all from the same place.`,
    file,
    tensor,
  });
}

function missing(folder: string, looked: readonly string[]): UserError {
  const there = fs.existsSync(folder) ? fs.readdirSync(folder) : undefined;
  const pickles = there?.filter((name) => PICKLE.test(name)) ?? [];
  const others = there?.filter((name) => name.endsWith('.safetensors')) ?? [];
  const found = [...pickles, ...others];
  return new UserError('weights-missing', {
    expected: looked.length > 0 ? `one of ${looked.join(', ')} in ${folder}` : `the folder ${folder}`,
    got: there === undefined ? 'no such folder' : found.length > 0 ? `only ${found.join(', ')}` : 'no weights there',
    todo:
      pickles.length > 0
        ? 'Pickles (.bin, .ckpt, .pt) are never opened, because opening one can run code hidden in it. ' +
          'Fetch the .safetensors files, or save the model again with save_pretrained(…, safe_serialization=True).'
        : 'Fetch the missing files of the model.',
    folder,
    looked,
  });
}
