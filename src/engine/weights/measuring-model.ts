import fs from 'node:fs';
import { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { openCheckpoint } from './checkpoint.ts';
import { fileInside } from './inside-folder.ts';
import { assertMeasuringKind, type MeasuringKind } from './measuring-kinds.ts';
import { ANY_OBJECT, readJson } from './read-json.ts';
import type { TensorIndex } from './tensor-index.ts';

/** A model that measures, looked through: everything that is needed is there, nothing is loaded yet. */
export interface MeasuringModel {
  readonly kind: MeasuringKind;
  /** real path */
  readonly folder: string;
  readonly weights: TensorIndex;
}

/**
 * Looks through the small files of a model that measures, whose weights may not be there yet.
 * @throws UserError as `assertMeasuringKind`, and those of the other files
 */
export function assertMeasures(folder: string): MeasuringKind {
  const kind = assertMeasuringKind(folder);
  if (kind.readsTexts) ClipTokenizer.open(folder);
  if (kind.prepares) readJson(fileInside(folder, 'preprocessor_config.json'), ANY_OBJECT);
  return kind;
}

/** @throws UserError as `assertMeasures` and `openCheckpoint` */
export function openMeasuringModel(folder: string): MeasuringModel {
  const kind = assertMeasures(folder);
  return { kind, folder: fs.realpathSync(folder), weights: openCheckpoint(folder, 'model') };
}
