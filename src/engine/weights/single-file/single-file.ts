import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../errors/user-error.ts';
import { parseUNetConfig } from '../../graph/unet/unet-config.ts';
import { readModelCard } from '../model-card.ts';
import type { ModelFolder, ModelPart } from '../model-folder.ts';
import { kindError, refuseOtherInputs } from '../model-kinds.ts';
import { readSafetensorsFile } from '../safetensors.ts';
import type { TensorEntry, TensorIndex } from '../tensor-index.ts';
import { type CheckpointFamily, type CheckpointPart, FAMILIES } from './families.ts';
import { refuseOtherKinds } from './identify.ts';
import { openClipViews } from './open-clip-names.ts';
import { predictionOf } from './prediction.ts';
import { unetName } from './unet-names.ts';
import { vaeName } from './vae-names.ts';
import type { Rename } from './views.ts';

/** CLIP's vocabulary, which no single file brings along. */
const CLIP_TOKENIZER = path.resolve(import.meta.dirname, '../../../../assets/clip-tokenizer');

/** In the files of trainers, and of no use for drawing: averages of the weights, the noise schedule, the loss. */
const NOT_NEEDED =
  /^(model_ema|first_stage_model\.loss|denoiser)\.|^(betas|alphas_cumprod|alphas_cumprod_prev|sqrt_\w+|log_one_minus_\w+|posterior_\w+|lvlb_weights|logvar|global_step|scale_factor|v_pred|ztsnr)$|^cond_stage_model\.logit_scale$|\.transformer\.text_projection\.weight$/;

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
 * The family of a checkpoint, by its header alone.
 * @throws UserError `model-kind`
 */
export function familyOf(tensors: TensorIndex, families: readonly CheckpointFamily[], file: string): CheckpointFamily {
  const first = tensors.get('model.diffusion_model.input_blocks.0.0.weight');
  if (first === undefined) {
    refuseOtherKinds(tensors, file);
    throw kindError(file, `${tensors.size} tensors of a model that Troupe doesn't know`, 'Choose another model.');
  }
  refuseOtherInputs({ in_channels: first.shape[1] }, file);
  refuseOtherKinds(tensors, file);
  if (tensors.has('edm_mean'))
    throw kindError(file, 'Playground 2.5, which has noise levels of its own', 'Choose SDXL.');
  const family = families.find((each) => isOf(tensors, each));
  if (family === undefined) {
    throw kindError(
      file,
      `a U-Net of another family (${first.shape[0]} channels, text of width ${textWidth(tensors) ?? 'unknown'})`,
      'Choose a model of SDXL or of Stable Diffusion 1.x or 2.x.',
    );
  }
  let count = 0;
  for (const name of tensors.keys()) if (name.startsWith(family.unet.prefix)) count++;
  if (count !== family.unetTensors) {
    throw kindError(
      file,
      `a U-Net like ${family.name}'s with ${count} tensors instead of ${family.unetTensors}, cut down or built on`,
      'Use it in diffusers layout if there is such a folder of it, or choose another model.',
    );
  }
  return family;
}

function isOf(tensors: TensorIndex, { unet }: CheckpointFamily): boolean {
  const { levels, textWidth: width, added } = parseUNetConfig(unet.config);
  const first = tensors.get(`${unet.prefix}input_blocks.0.0.weight`);
  const hasAdded = tensors.has(`${unet.prefix}label_emb.0.0.weight`);
  return first?.shape[0] === levels[0]?.channels && textWidth(tensors) === width && hasAdded === (added !== undefined);
}

/** Width of the text that the U-Net's first cross-attention reads. */
function textWidth(tensors: TensorIndex): number | undefined {
  for (const [name, { shape }] of tensors) if (name.endsWith('.attn2.to_k.weight')) return shape[1];
  return undefined;
}

/** @throws UserError `tensors-unused` for tensors that no part has a place for */
function sortByPart(
  tensors: TensorIndex,
  family: CheckpointFamily,
  file: string,
): ReadonlyMap<string, ReadonlyMap<string, TensorEntry>> {
  const { unet, vae, textEncoder, textEncoder2 } = family;
  const parts = Object.entries({ unet, vae, text_encoder: textEncoder, text_encoder_2: textEncoder2 }).flatMap(
    ([name, part]) =>
      part === undefined ? [] : [{ name, part, rename: renameOf(part), weights: new Map<string, TensorEntry>() }],
  );
  const unknown: string[] = [];
  for (const [name, entry] of tensors) {
    if (NOT_NEEDED.test(name)) continue;
    const owner = parts.find(({ part }) => name.startsWith(part.prefix));
    const views = owner?.rename(name.slice(owner.part.prefix.length), entry);
    if (owner === undefined || views === undefined) unknown.push(name);
    else for (const [own, view] of views) owner.weights.set(own, view);
  }
  if (unknown.length > 0) throw unused(file, unknown, family);
  return new Map(parts.map(({ name, weights }) => [name, weights]));
}

function renameOf({ names, config }: CheckpointPart): Rename {
  switch (names) {
    case 'ldm-unet': {
      const [level] = parseUNetConfig(config).levels;
      return one((name) => unetName(name, level?.layers ?? 0));
    }
    case 'ldm-vae': {
      const levels = (config.block_out_channels as readonly number[]).length;
      return one((name) => vaeName(name, levels));
    }
    case 'clip':
      return one((name) => name);
    case 'open-clip': {
      const projected = (config.architectures as readonly string[])[0] === 'CLIPTextModelWithProjection';
      return (name, entry) => openClipViews(name, entry, { layers: config.num_hidden_layers as number, projected });
    }
  }
}

const one =
  (rename: (name: string) => string | undefined): Rename =>
  (name, entry) => {
    const own = rename(name);
    return own === undefined ? undefined : [[own, entry]];
  };

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

const SHOWN = 5;

function unused(file: string, names: readonly string[], family: CheckpointFamily): UserError {
  return new UserError('tensors-unused', {
    expected: `only tensors of a model of ${family.name} in ${file}`,
    got: `${names.length} with no place in it: ${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''}`,
    todo: 'Choose another version of the model.',
    tensors: names,
  });
}
