import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { measuresOnly, measuringKindOf } from './measuring-kinds.ts';
import { type ModelFolder, openModelFolder } from './model-folder.ts';
import { kindError } from './model-kinds.ts';
import { openSingleFile, type SingleFileOptions } from './single-file/single-file.ts';

const SAFETENSORS = /\.safetensors$/i;
/** Formats that are Python pickles, or may be. */
const PICKLE = /\.(ckpt|bin|pt|pth|pkl)$/i;

/**
 * Opens a model, whatever form it has: a folder in diffusers layout, a single-file checkpoint, or a folder that holds
 * nothing but one (as `npm run model` installs it). Reads configurations and headers; loads nothing.
 * @throws UserError `model-folder` (nothing that is a model), `model-pickle` (never opened), and those of
 *   `openModelFolder` and `openSingleFile`
 */
export function openModel(modelPath: string, options: SingleFileOptions = {}): ModelFolder {
  const stat = fs.statSync(modelPath, { throwIfNoEntry: false });
  if (stat === undefined) return openModelFolder(modelPath); // which says what it should be
  if (!stat.isDirectory()) {
    if (PICKLE.test(modelPath)) throw pickleError(modelPath);
    if (SAFETENSORS.test(modelPath)) return openSingleFile(modelPath, options);
    throw notAModel(modelPath, `a file ${path.extname(modelPath) || 'without an extension'}`);
  }
  if (fs.existsSync(path.join(modelPath, 'model_index.json'))) return openModelFolder(modelPath);
  const names = fs.readdirSync(modelPath);
  if (names.includes('adapter_config.json') || names.includes('pytorch_lora_weights.safetensors')) {
    const todo = 'Give the model that it was made for with --model, and its .safetensors file with --lora.';
    throw kindError(modelPath, 'a LoRA: a small change to a model, not a model', todo);
  }
  const measuring = measuringKindOf(modelPath);
  if (measuring !== undefined) throw measuresOnly(modelPath, measuring);
  const checkpoints = names.filter((name) => SAFETENSORS.test(name));
  if (names.includes('config.json'))
    throw notAModel(modelPath, 'the folder of one part (with a config.json)', 'Give the folder above it.');
  if (checkpoints.length > 1)
    throw notAModel(
      modelPath,
      `${checkpoints.length} .safetensors files`,
      `Give one of them: ${checkpoints.join(', ')}.`,
    );
  const [checkpoint] = checkpoints;
  if (checkpoint !== undefined) {
    const cardFile = names.includes('troupe.json') ? path.join(modelPath, 'troupe.json') : undefined;
    return openSingleFile(path.join(modelPath, checkpoint), { cardFile, ...options });
  }
  const pickle = names.find((name) => PICKLE.test(name));
  if (pickle !== undefined) throw pickleError(path.join(modelPath, pickle));
  return openModelFolder(modelPath);
}

function pickleError(file: string): UserError {
  return new UserError('model-pickle', {
    expected: `${file} to be a .safetensors file`,
    got: 'a Python pickle by its name, which is never opened, because opening one can run code hidden in it',
    todo: 'Fetch the model as .safetensors; nearly every model is published so too.',
    file,
  });
}

function notAModel(
  file: string,
  got: string,
  todo = 'Give a model folder in diffusers layout, or a .safetensors checkpoint.',
): UserError {
  return new UserError('model-folder', { expected: `${file} to be a model`, got, todo, folder: file });
}
