import fs from 'node:fs';
import path from 'node:path';
import { measuringKindOf } from '../engine/weights/measuring-kinds.ts';
import { UserError } from '../errors/user-error.ts';

/** Where models are installed, from the folder that Troupe runs in. */
export const MODELS_FOLDER = 'models';
/** After the name of a folder that isn't whole. */
export const PARTIAL = '.partial';
/** After the name of a folder that is being removed. */
const REMOVED = /\.removed-\d+$/;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;

/** The name of a model's folder, of what a person called it: the last part of "owner/name". */
export function folderNameOf(name: string): string {
  return checkFolderName(name.split('/').at(-1) as string);
}

/** @throws UserError `model-name` for what can't be the name of a model's folder */
export function checkFolderName(name: string): string {
  if (NAME.test(name) && !name.endsWith(PARTIAL) && !REMOVED.test(name)) return name;
  throw new UserError('model-name', {
    expected: 'a name of letters, digits, dots, hyphens and underscores for the model',
    got: JSON.stringify(name),
    todo: 'Choose one with --name.',
    name,
  });
}

/** The names of what is in the folder of models, whole models only. */
export function installedNames(folder: string = MODELS_FOLDER): string[] {
  const entries = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
  return entries
    .filter(
      (entry) =>
        (entry.isDirectory() || entry.isSymbolicLink() || /\.safetensors$/i.test(entry.name)) &&
        !entry.name.endsWith(PARTIAL) &&
        !REMOVED.test(entry.name),
    )
    .map(({ name }) => name)
    .sort();
}

/** The names of those that are not for measuring only. */
export function drawingNames(folder: string): string[] {
  return installedNames(folder).filter((name) => measuringKindOf(path.join(folder, name)) === undefined);
}

/**
 * Where the model is that a person means: a path, or the name of an installed one, with its owner or without, with
 * `.safetensors` or without.
 * @throws UserError `model-folder` if there is nothing, with the names that there are
 */
export function findModel(named: string, folder: string = MODELS_FOLDER): string {
  const last = named.split('/').at(-1) as string;
  const inFolder = [named, last].flatMap((name) => [path.join(folder, name), path.join(folder, `${name}.safetensors`)]);
  const isOwned = /^[\w.-]+\/[\w.-]+$/.test(named);
  const places = [named, ...inFolder.filter((_, i) => i < 2 || isOwned)];
  const found = places.find((place) => fs.existsSync(place));
  if (found !== undefined) return found;
  const names = installedNames(folder);
  throw new UserError('model-folder', {
    expected: `"${named}" to be a model folder, a .safetensors file, or the name of an installed model`,
    got: `nothing of that name (installed: ${names.join(', ') || 'none'})`,
    todo: 'Correct the name, or fetch a model with `npm run model -- add owner/name`.',
    folder: named,
    models: names,
  });
}
