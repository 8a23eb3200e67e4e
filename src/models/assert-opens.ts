import { openModel } from '../engine/weights/open-model.ts';
import type { SingleFileOptions } from '../engine/weights/single-file/single-file.ts';
import { UserError } from '../errors/user-error.ts';

/**
 * A sound model, whether or not its owner still has to say what it predicts.
 * @throws UserError those of `openModel` but `model-prediction`
 */
export function assertOpens(folder: string, options?: SingleFileOptions): void {
  const problem = openProblem(folder, options);
  if (problem !== undefined && problem.code !== 'model-prediction') throw problem;
}

/** Why a model can't be used, if it can't. */
export function openProblem(folder: string, options?: SingleFileOptions): UserError | undefined {
  try {
    openModel(folder, options);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
