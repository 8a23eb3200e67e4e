import { measuringKindOf } from '../engine/weights/measuring-kinds.ts';
import { type MeasuringModel, openMeasuringModel } from '../engine/weights/measuring-model.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import type { SingleFileOptions } from '../engine/weights/single-file/single-file.ts';
import { UserError } from '../errors/user-error.ts';

/** A model that draws or one that measures, looked through; or why it can't be used. */
export function openInstalled(at: string, options?: SingleFileOptions): ModelFolder | MeasuringModel | UserError {
  try {
    return measuringKindOf(at) === undefined ? openModel(at, options) : openMeasuringModel(at);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

export const measures = (model: ModelFolder | MeasuringModel): model is MeasuringModel => 'kind' in model;

/**
 * A sound model, whether or not its owner still has to say what it predicts.
 * @throws UserError those of `openModel` but `model-prediction`, and of `openMeasuringModel`
 */
export function assertOpens(folder: string, options?: SingleFileOptions): void {
  const model = openInstalled(folder, options);
  if (model instanceof UserError && model.code !== 'model-prediction') throw model;
}
