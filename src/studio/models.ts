import type { ModelCard } from '../engine/weights/model-card.ts';
import { openModel } from '../engine/weights/open-model.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import { UserError } from '../errors/user-error.ts';
import { findModel } from '../models/models-folder.ts';

/** A model that stories can be drawn with. */
export interface StudioModel {
  /** as people know it, unique among the models */
  readonly name: string;
  readonly folder: string;
  readonly card: ModelCard;
}

/** The models of this installation. */
export interface ModelShelf {
  readonly names: readonly string[];
  /** @param name undefined: the first. @throws UserError `model-unknown` */
  get(name: string | undefined): StudioModel;
  /** Names the model's weights. Read once: gigabytes take a while, and the engine's jobs wait for it. */
  hash(model: StudioModel, signal?: AbortSignal): Promise<string>;
  /** The hash if it has been read by now. */
  knownHash(model: StudioModel): string | undefined;
}

/**
 * Looks through model folders; loads nothing.
 * @throws UserError those of openModel
 */
export function openModelShelf(folders: readonly string[], engine: Pick<Engine, 'modelHash'>): ModelShelf {
  const models = folders.map((folder): StudioModel => {
    const { path, card } = openModel(findModel(folder));
    return { name: card.name, folder: path, card };
  });
  const hashes = new Map<string, string>();
  return {
    names: models.map(({ name }) => name),
    get(name) {
      const model = name === undefined ? models[0] : models.find((each) => each.name === name);
      if (model) return model;
      throw new UserError('model-unknown', {
        expected: `one of the models ${models.map((each) => each.name).join(', ')}`,
        got: `"${name}"`,
        todo: 'Choose another model in /settings.',
        model: name,
        models: models.map((each) => each.name),
      });
    },
    async hash({ folder }, signal) {
      const hash = hashes.get(folder) ?? (await engine.modelHash(folder, { signal }));
      hashes.set(folder, hash);
      return hash;
    },
    knownHash: ({ folder }) => hashes.get(folder),
  };
}
