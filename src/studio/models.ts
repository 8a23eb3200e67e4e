import path from 'node:path';
import { fileStamp } from '../engine/weights/file-stamp.ts';
import type { ModelCard } from '../engine/weights/model-card.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import { UserError } from '../errors/user-error.ts';
import { drawingNames, findModel } from '../models/models-folder.ts';
import { orAborted } from './or-aborted.ts';

/** A model that stories can be drawn with. */
export interface StudioModel {
  /** as people know it, unique among the models */
  readonly name: string;
  /** what the engine opens it by */
  readonly folder: string;
  readonly card: ModelCard;
  /** looked through; nothing is loaded */
  readonly opened: ModelFolder;
  /** another one once its files are written anew */
  readonly version: string;
}

/** A model, or why it can't be used. */
export interface ShelvedModel {
  readonly name: string;
  readonly model: StudioModel | UserError;
}

/** The models of this installation, as they are now: what is added while Troupe runs is there at once. */
export interface ModelShelf {
  /** The default first. */
  list(): readonly ShelvedModel[];
  /** @param name undefined: the default. @throws UserError `model-unknown`, `model-unusable` */
  get(name: string | undefined): StudioModel;
  /** Names the model's weights. Read once for each version: gigabytes take a while. */
  hash(model: StudioModel, signal?: AbortSignal): Promise<string>;
}

export interface ModelShelfOptions {
  /** folders, files, or names of installed models; the first is the default, and all of them have to open */
  readonly configured: readonly string[];
  /** where models are installed: those in it that aren't configured are there too, by their folders' names */
  readonly installed?: string;
  /** sha256 of a model */
  readonly hashOf: (folder: string) => Promise<string>;
}

/** Where a model lies, by what names it is known, and whether its own card may rename it. */
interface Place {
  readonly path: string;
  readonly name: string | undefined;
}

/**
 * Looks through model folders; loads nothing.
 * @throws UserError those of openModel, for a configured model
 */
export function openModelShelf({ configured, installed, hashOf }: ModelShelfOptions): ModelShelf {
  const looked = new Map<string, { readonly version: string | undefined; readonly opened: ModelFolder | UserError }>();
  const hashes = new Map<string, Promise<string>>();
  const fixed = configured.map((named): Place => {
    const place = findModel(named, installed);
    const opened = look(place);
    if (opened instanceof UserError) throw opened;
    return { path: place, name: opened.card.name };
  });

  /** What has been looked through stays known until its files change. */
  function look(place: string): ModelFolder | UserError {
    const version = fileStamp(place);
    const before = looked.get(place);
    if (before && before.version === version) return before.opened;
    const opened = openOrRefuse(place);
    looked.set(place, { version, opened });
    return opened;
  }

  function shelve({ path: place, name = '' }: Place): ShelvedModel {
    const opened = look(place);
    if (opened instanceof UserError) return { name, model: opened };
    const version = looked.get(place)?.version ?? '';
    return { name, model: { name, folder: opened.path, card: opened.card, opened, version } };
  }

  /** A configured model hides an installed one of its name, and is not there twice. */
  function places(): Place[] {
    if (installed === undefined) return fixed;
    const taken = new Set(fixed.flatMap((place) => [place.name, path.resolve(place.path)]));
    const others = drawingNames(installed)
      .map((entry): Place => ({ path: path.join(installed, entry), name: nameOf(entry) }))
      .filter((place) => !taken.has(place.name) && !taken.has(path.resolve(place.path)));
    return [...fixed, ...others];
  }

  const shelf: ModelShelf = {
    list: () => places().map(shelve),
    get(name) {
      const all = places();
      const found =
        name === undefined
          ? all[0]
          : (all.find((place) => place.name === name) ?? all.find((place) => isCalled(place, name)));
      if (!found) throw unknown(name, shelf);
      const { name: known, model } = shelve(found);
      if (model instanceof UserError) throw unusable(known, model);
      return model;
    },
    hash({ folder, version }, signal) {
      const key = `${folder}\n${version}`;
      const reading = hashes.get(key) ?? hashOf(folder);
      hashes.set(key, reading);
      // One that failed is read again by whoever asks next.
      reading.catch(() => hashes.delete(key));
      return orAborted(reading, signal);
    },
  };

  /** Stories remember a name that a model had: of its folder, or on its card. */
  function isCalled(place: Place, name: string): boolean {
    if (nameOf(path.basename(place.path)) === name) return true;
    const opened = look(place.path);
    return !(opened instanceof UserError) && opened.card.name === name;
  }

  return shelf;
}

function openOrRefuse(place: string): ModelFolder | UserError {
  try {
    return openModel(place);
  } catch (error) {
    if (error instanceof UserError) return error;
    // A file that vanished between two looks, or that nobody may read.
    if (error instanceof Error && 'code' in error) return unreadable(place, error);
    throw error;
  }
}

function nameOf(entry: string): string {
  return entry.replace(/\.safetensors$/iu, '');
}

function unknown(name: string | undefined, shelf: ModelShelf): UserError {
  const names = shelf.list().map((each) => each.name);
  return new UserError('model-unknown', {
    expected: `one of the models ${names.join(', ')}`,
    got: `"${name}"`,
    todo: 'Choose another model in /settings.',
    model: name,
    models: names,
  });
}

function unusable(name: string, problem: UserError): UserError {
  return new UserError(
    'model-unusable',
    {
      expected: `the model ${name} to be one that can be drawn with`,
      got: `one that can't: ${problem.context.got}`,
      todo: `Choose another model in /settings, or mend this one. ${problem.context.todo}`,
      model: name,
      problem: problem.code,
    },
    { cause: problem },
  );
}

function unreadable(place: string, error: Error): UserError {
  return new UserError('model-folder', {
    expected: `${place} to be readable`,
    got: error.message,
    todo: 'Check whether the files are there, and their permissions.',
    folder: place,
  });
}
