import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { fileInside } from './inside-folder.ts';
import { kindError } from './model-kinds.ts';
import { readJson } from './read-json.ts';

/** A kind of model that looks at pictures and draws none: config.json and weights in one folder. */
export interface MeasuringKind {
  readonly name: 'CLIP' | 'CLIPSeg' | 'DreamSim';
  /** `model_type` in its config.json, by which it is known */
  readonly modelType: string;
  /** whether it reads texts, so that CLIP's vocabulary lies beside it */
  readonly readsTexts: boolean;
  /** whether its preprocessor_config.json says how pictures are prepared */
  readonly prepares: boolean;
  /** what is learnt by it */
  readonly measures: string;
  /** of `npm run evaluate`, which takes such a folder or its name */
  readonly option: `--${string}`;
}

export const MEASURING_KINDS: readonly MeasuringKind[] = [
  {
    name: 'CLIP',
    modelType: 'clip',
    readsTexts: true,
    prepares: false,
    measures: 'how alike panels are (CLIP-I), how well they agree with their prompts (CLIP-T)',
    option: '--clip',
  },
  {
    name: 'CLIPSeg',
    modelType: 'clipseg',
    readsTexts: true,
    prepares: true,
    measures: 'where in a picture something is that a phrase tells',
    option: '--localisation --clipseg',
  },
  {
    name: 'DreamSim',
    modelType: 'dreamsim',
    readsTexts: false,
    prepares: false,
    measures: 'how alike people would find panels',
    option: '--dreamsim',
  },
];

const TYPE = z.looseObject({ model_type: z.string().optional() });

/** What a folder measures with; undefined for any other folder, and for none. */
export function measuringKindOf(folder: string): MeasuringKind | undefined {
  const has = (name: string) => fs.existsSync(path.join(folder, name));
  if (!has('config.json') || has('model_index.json')) return undefined;
  try {
    return kindOf(typeIn(folder));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @throws UserError `model-kind` for another model, `json-unreadable`, `json-invalid` */
export function assertMeasuringKind(folder: string): MeasuringKind {
  const type = typeIn(folder);
  const kind = kindOf(type);
  if (kind !== undefined) return kind;
  const names = MEASURING_KINDS.map(({ name }) => name).join(', ');
  throw new UserError('model-kind', {
    expected: `${folder} to be a model that draws (with a model_index.json), or one that measures (${names})`,
    got: type === undefined ? 'a config.json without model_type' : `a model of the type "${type}"`,
    todo: 'Choose another model; of a repository with checkpoints in single files, one with --file.',
    path: folder,
  });
}

const typeIn = (folder: string): string | undefined => readJson(fileInside(folder, 'config.json'), TYPE).model_type;

const kindOf = (type: string | undefined): MeasuringKind | undefined =>
  MEASURING_KINDS.find(({ modelType }) => modelType === type);

/** Why a model that measures can't be drawn with. */
export function measuresOnly(folder: string, { name, option }: MeasuringKind): UserError {
  return kindError(
    folder,
    `a ${name}, which measures pictures and draws none`,
    `Choose a model that draws. This one is for \`npm run evaluate -- ${option} ${path.basename(folder)}\`.`,
  );
}
