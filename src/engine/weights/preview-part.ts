import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { klLatentSpace, parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyLatentSpace } from '../graph/autoencoder-tiny.ts';
import { openCheckpoint } from './checkpoint.ts';
import { fileInside, insideFolder } from './inside-folder.ts';
import type { ModelPart } from './model-folder.ts';
import { ANY_OBJECT, readJson } from './read-json.ts';

/** Where `npm run model` puts a tiny decoder for previews, in its model's folder. */
export const PREVIEW_FOLDER = 'taesd';
export const PREVIEW_STEM = 'diffusion_pytorch_model';
/** Where it may lie. */
const FOLDERS = [PREVIEW_FOLDER, 'vae_preview'] as const;
const CLASS = 'AutoencoderTiny';

/**
 * The tiny autoencoder (TAESD) that somebody put beside a model, so that its unfinished pictures are shown well.
 * @param vae of the model, whose latents it has to share
 * @throws UserError `model-part` if it is of something else, and those of `openCheckpoint` and `readJson`
 */
export function openPreviewPart(dir: string, vae: ModelPart): ModelPart | undefined {
  const name = FOLDERS.find((folder) => fs.existsSync(path.join(dir, folder)));
  const folder = name === undefined ? undefined : insideFolder(dir, name);
  if (name === undefined || folder === undefined) return undefined;
  const part = assertFitsPreview(folder, vae);
  return { ...part, name, weights: openCheckpoint(folder, PREVIEW_STEM) };
}

/**
 * Looks at the configuration of a tiny autoencoder, whose weights may not be there yet.
 * @throws UserError `model-part`, and those of `readJson`
 */
export function assertFitsPreview(folder: string, vae: ModelPart): Omit<ModelPart, 'name' | 'weights'> {
  const configFile = fileInside(folder, 'config.json');
  const config = readJson(configFile, ANY_OBJECT);
  if (config._class_name !== CLASS) {
    throw unfit(folder, `${configFile} to be of class ${CLASS}`, String(config._class_name));
  }
  const [own, wanted] = [tinyLatentSpace(config), latentsOf(vae)];
  if (own.channels !== wanted.channels || own.downscale !== wanted.downscale) {
    throw unfit(folder, `latents of ${shown(wanted)}, as the model's own`, shown(own));
  }
  return { className: CLASS, config, configFile };
}

interface Latents {
  readonly channels: number;
  readonly downscale: number;
}

const latentsOf = ({ className, config }: ModelPart): Latents =>
  className === CLASS ? tinyLatentSpace(config) : klLatentSpace(parseKlConfig(config));

const shown = ({ channels, downscale }: Latents): string => `${channels} channels, ${downscale} pixels each`;

function unfit(folder: string, expected: string, got: string): UserError {
  const todo = `Remove ${folder}, or put the preview decoder (TAESD) of this model's family there.`;
  return new UserError('model-part', { expected, got, todo, folder, part: path.basename(folder) });
}
