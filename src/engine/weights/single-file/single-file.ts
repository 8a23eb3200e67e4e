import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../errors/user-error.ts';
import { readModelCard } from '../model-card.ts';
import type { ModelFolder, ModelPart } from '../model-folder.ts';
import { openPreviewPart } from '../preview-part.ts';
import { readSafetensorsFile } from '../safetensors.ts';
import type { TensorEntry, TensorIndex } from '../tensor-index.ts';
import { type CheckpointFamily, type CheckpointPart, FAMILIES } from './families.ts';
import { familyOf } from './family-of.ts';
import { predictionOf } from './prediction.ts';
import { sortByPart } from './sort-by-part.ts';

/** CLIP's vocabulary, which no single file brings along. */
const CLIP_TOKENIZER = path.resolve(import.meta.dirname, '../../../../assets/clip-tokenizer');

export interface SingleFileOptions {
  readonly families?: readonly CheckpointFamily[];
  /** folder of the vocabulary */
  readonly tokenizer?: string;
  /** `troupe.json` of the model; by default `<name>.troupe.json` beside the file, if it is there */
  readonly cardFile?: string;
}

/**
 * Opens a checkpoint in one .safetensors file, as people trade them (names of the original code), as if it were a
 * folder in diffusers layout. Its weights are read from where they lie.
 * @throws UserError `model-kind` (something else than a model to draw with), `model-part` (a part is missing),
 *   `tensors-unused`, `model-prediction`, and those of `readSafetensorsHeader` and the card
 */
export function openSingleFile(file: string, options: SingleFileOptions = {}): ModelFolder {
  const { families = FAMILIES, tokenizer = CLIP_TOKENIZER } = options;
  // a link to a file is followed, because onnxruntime doesn't
  const real = fs.existsSync(file) ? fs.realpathSync(file) : path.resolve(file);
  const header = readSafetensorsFile(real);
  const family = familyOf(header.tensors, families, file);
  const sorted = sortByPart(header.tensors, family, file);
  const part = (name: string, { className, config }: CheckpointPart): ModelPart => {
    const weights = sorted.get(name) ?? new Map<string, TensorEntry>();
    if (weights.size === 0) throw missingPart(file, name, family);
    return { name, className, config, configFile: `${family.name}'s own configuration`, weights };
  };
  const unet = part('unet', family.unet);
  const vae = part('vae', family.vae);
  const name = path.basename(file).replace(/\.safetensors$/i, '');
  const cardFile = options.cardFile ?? besides(file, `${name}.troupe.json`);
  const card = readModelCard(cardFile, name, family.pipeline, { unet, vae });
  const prediction = predictionOf(file, family, header, card.prediction);
  const [pad, pad2] = family.pads;
  return {
    path: real,
    dir: path.dirname(real),
    pipeline: family.pipeline,
    unet,
    vae,
    preview: openPreviewPart(path.dirname(real), vae),
    textEncoder: part('text_encoder', family.textEncoder),
    tokenizer: { folder: tokenizer, pad },
    ...(family.textEncoder2 && {
      textEncoder2: part('text_encoder_2', family.textEncoder2),
      tokenizer2: { folder: tokenizer, pad: pad2 },
    }),
    scheduler: { className: String(family.scheduler._class_name), config: { ...family.scheduler, ...prediction } },
    // of SDXL's published model_index.json
    forceZerosForEmptyPrompt: family.pipeline === 'StableDiffusionXLPipeline',
    card,
  };
}

/**
 * Whether a header is one of a checkpoint that Troupe draws with, without its file.
 * @throws UserError as `openSingleFile`
 */
export function assertDrawableCheckpoint(tensors: TensorIndex, file: string, families = FAMILIES): void {
  const family = familyOf(tensors, families, file);
  const sorted = sortByPart(tensors, family, file);
  for (const [part, weights] of sorted) if (weights.size === 0) throw missingPart(file, part, family);
}

function besides(file: string, name: string): string | undefined {
  const beside = path.join(path.dirname(file), name);
  return fs.existsSync(beside) ? beside : undefined;
}

function missingPart(file: string, part: string, family: CheckpointFamily): UserError {
  return new UserError('model-part', {
    expected: `${file} to hold all parts of a model of ${family.name}`,
    got: `none of the tensors of its ${part}`,
    todo: 'Choose a checkpoint with the autoencoder (VAE) and the text encoders in it.',
    folder: file,
    part,
  });
}
