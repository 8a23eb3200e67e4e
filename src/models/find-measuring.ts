import path from 'node:path';
import { MEASURING_KINDS, type MeasuringKind, measuringKindOf } from '../engine/weights/measuring-kinds.ts';
import { type MeasuringModel, openMeasuringModel } from '../engine/weights/measuring-model.ts';
import { UserError } from '../errors/user-error.ts';
import { findModel, installedNames, MODELS_FOLDER } from './models-folder.ts';

/** In place of a name: none, though one may be installed. */
export const NONE = 'none';

export interface FoundMeasuring extends MeasuringModel {
  /** as the person called it, or as it is installed */
  readonly name: string;
  /** nobody asked for it: it is the only one of its kind */
  readonly onlyOne: boolean;
}

/**
 * The model of a kind to measure with: the one that a person named (a folder, or the name of an installed one), or the
 * only one that is installed.
 * @param notice is told if there are several and none is named
 * @returns undefined if there is none, or if none is wanted (`none`)
 * @throws UserError `model-kind` for a model of another kind, and those of `findModel` and `openMeasuringModel`
 */
export function findMeasuring(
  kind: MeasuringKind['name'],
  named: string | undefined,
  notice: (text: string) => void,
  models: string = MODELS_FOLDER,
): FoundMeasuring | undefined {
  if (named === NONE) return undefined;
  if (named !== undefined) return { ...open(kind, findModel(named, models)), name: named, onlyOne: false };
  const names = installedNames(models).filter((name) => measuringKindOf(path.join(models, name))?.name === kind);
  const [name] = names;
  if (names.length > 1) notice(`${names.join(', ')}: several of the kind ${kind}. None is used; name one.`);
  if (name === undefined || names.length > 1) return undefined;
  return { ...open(kind, path.join(models, name)), name, onlyOne: true };
}

function open(wanted: MeasuringKind['name'], folder: string): MeasuringModel {
  const kind = measuringKindOf(folder);
  if (kind?.name === wanted) return openMeasuringModel(folder);
  const { modelType } = MEASURING_KINDS.find(({ name }) => name === wanted) as MeasuringKind;
  throw new UserError('model-kind', {
    expected: `${folder} to be a ${wanted}, with "model_type": "${modelType}" in its config.json`,
    got: kind === undefined ? 'another folder' : `a ${kind.name}`,
    todo: 'Name another; `npm run model -- list` tells which ones measure.',
    path: folder,
  });
}
