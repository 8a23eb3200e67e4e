import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { parseUNetConfig } from '../graph/unet/unet-config.ts';
import { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { openCheckpoint } from './checkpoint.ts';
import { fileInside, insideFolder } from './inside-folder.ts';
import { type ModelCard, readModelCard } from './model-card.ts';
import { aboutPipeline, refuseOtherInputs } from './model-kinds.ts';
import { openPreviewPart } from './preview-part.ts';
import { ANY_OBJECT, readJson } from './read-json.ts';
import type { TensorIndex } from './tensor-index.ts';

/** A model, looked through: everything that is needed is there, nothing is loaded yet. */
export interface ModelFolder {
  /** what `openModel` opens it by: the folder in diffusers layout, or the single file of a checkpoint */
  readonly path: string;
  /** real path; every file with weights of the model lies below it */
  readonly dir: string;
  readonly pipeline: PipelineName;
  readonly unet: ModelPart;
  readonly vae: ModelPart;
  /** a tiny decoder of the same latents, for pictures of what isn't finished; no part of what the model is */
  readonly preview?: ModelPart | undefined;
  readonly textEncoder: ModelPart;
  /** of StableDiffusionXLPipeline only */
  readonly textEncoder2?: ModelPart;
  readonly tokenizer: TokenizerSource;
  /** of StableDiffusionXLPipeline only */
  readonly tokenizer2?: TokenizerSource;
  readonly scheduler: { readonly className: string; readonly config: unknown };
  /** whether an empty prompt's embeddings are zeros in place of the text encoders' answer to "" (SDXL) */
  readonly forceZerosForEmptyPrompt: boolean;
  readonly card: ModelCard;
}

export interface TokenizerSource {
  /** of vocab.json and merges.txt */
  readonly folder: string;
  /** the padding token, in place of the one that the folder's files name */
  readonly pad?: string;
}

export interface ModelPart {
  /** name of its folder, such as `text_encoder_2` */
  readonly name: string;
  readonly className: string;
  /** config.json as it is; the part's graph has the schema for it */
  readonly config: Readonly<Record<string, unknown>>;
  /** where the config is from, for error messages */
  readonly configFile: string;
  readonly weights: TensorIndex;
}

const PIPELINES = ['StableDiffusionXLPipeline', 'StableDiffusionPipeline'] as const;
export type PipelineName = (typeof PIPELINES)[number];

const DIFFUSERS_STEM = 'diffusion_pytorch_model';
const TRANSFORMERS_STEM = 'model';

const PART_CLASSES = {
  unet: { stem: DIFFUSERS_STEM, classes: ['UNet2DConditionModel'] },
  vae: { stem: DIFFUSERS_STEM, classes: ['AutoencoderKL', 'AutoencoderTiny'] },
  text_encoder: { stem: TRANSFORMERS_STEM, classes: ['CLIPTextModel'] },
  text_encoder_2: { stem: TRANSFORMERS_STEM, classes: ['CLIPTextModelWithProjection'] },
  tokenizer: { classes: ['CLIPTokenizer', 'CLIPTokenizerFast'] },
  tokenizer_2: { classes: ['CLIPTokenizer', 'CLIPTokenizerFast'] },
} as const;
type PartName = keyof typeof PART_CLASSES;
type WeightedPart = Exclude<PartName, 'tokenizer' | 'tokenizer_2'>;

/** [library, class], or nulls for a part that the pipeline may have and this model lacks. */
const COMPONENT = z.tuple([z.string().nullable(), z.string().nullable()]);

const NAMED_PIPELINE = z.looseObject({ _class_name: z.string() });
const MODEL_INDEX = NAMED_PIPELINE.extend({
  scheduler: COMPONENT,
  // diffusers' default where an older model_index.json is silent
  force_zeros_for_empty_prompt: z.boolean().default(true),
});
type ModelIndex = z.infer<typeof MODEL_INDEX>;

/** What model_index.json may say besides the parts; none of it changes what the model draws from text. */
const NOT_NEEDED = new Set([
  '_class_name',
  '_diffusers_version',
  '_name_or_path',
  'scheduler',
  'force_zeros_for_empty_prompt',
  'add_watermarker',
  'feature_extractor',
  'image_encoder',
  'requires_safety_checker',
  'safety_checker',
]);

/**
 * Looks through a model folder and reads its configurations and the headers of its weights.
 * @throws UserError `model-folder` (no model there), `model-pipeline`, `model-part` (missing or of a class that Troupe
 *   can't draw with), and those of `openCheckpoint` and `readJson`
 */
export function openModelFolder(folder: string): ModelFolder {
  const { dir, index, pipeline, isXl } = readModelIndex(folder);
  const unet = openPart(dir, index, 'unet');
  const vae = openPart(dir, index, 'vae');
  refuseOtherInputs(unet.config, folder);
  const card = readModelCard(insideFolder(dir, 'troupe.json'), path.basename(folder), pipeline, { unet, vae });
  const scheduler = readJson(fileInside(dir, 'scheduler/scheduler_config.json'), ANY_OBJECT);
  return {
    path: dir,
    dir,
    pipeline,
    unet,
    vae,
    preview: openPreviewPart(dir, vae),
    textEncoder: openPart(dir, index, 'text_encoder'),
    tokenizer: { folder: partFolder(dir, index, 'tokenizer').folder },
    ...(isXl && {
      textEncoder2: openPart(dir, index, 'text_encoder_2'),
      tokenizer2: { folder: partFolder(dir, index, 'tokenizer_2').folder },
    }),
    scheduler: {
      className: index.scheduler[1] ?? '',
      config: card.prediction === undefined ? scheduler : { ...scheduler, prediction_type: card.prediction },
    },
    forceZerosForEmptyPrompt: isXl && index.force_zeros_for_empty_prompt,
    card,
  };
}

/**
 * Looks through a model folder's configurations, whose weights may not be there yet.
 * @throws UserError as `openModelFolder`, `config-unsupported` of the U-Net, and those of `ClipTokenizer.open`
 */
export function assertDrawable(folder: string): void {
  const { dir, index, isXl } = readModelIndex(folder);
  const tokenizers = isXl ? (['tokenizer', 'tokenizer_2'] as const) : (['tokenizer'] as const);
  for (const name of tokenizers) ClipTokenizer.open(partFolder(dir, index, name).folder);
  const { config } = readPart(dir, index, 'unet');
  refuseOtherInputs(config, folder);
  parseUNetConfig(config);
  for (const name of ['vae', 'text_encoder', ...(isXl ? (['text_encoder_2'] as const) : [])] as const) {
    readPart(dir, index, name);
  }
}

/** @throws UserError `model-folder`, `model-pipeline`, `model-part` */
function readModelIndex(folder: string) {
  if (!fs.existsSync(path.join(folder, 'model_index.json'))) throw notAModel(folder);
  const dir = fs.realpathSync(folder);
  const indexFile = fileInside(dir, 'model_index.json');
  // other pipelines have other parts
  const { _class_name } = readJson(indexFile, NAMED_PIPELINE);
  const pipeline = PIPELINES.find((name) => name === _class_name);
  if (pipeline === undefined) throw pipelineError(folder, _class_name);
  const index = readJson(indexFile, MODEL_INDEX);
  for (const name of Object.keys(index)) {
    if (NOT_NEEDED.has(name) || Object.hasOwn(PART_CLASSES, name)) continue;
    throw partError(dir, name, 'only parts that Troupe knows', `an entry "${name}" in model_index.json`);
  }
  return { dir, index, pipeline, isXl: pipeline === 'StableDiffusionXLPipeline' };
}

function openPart(dir: string, index: ModelIndex, name: WeightedPart): ModelPart {
  const part = readPart(dir, index, name);
  return { ...part, weights: openCheckpoint(path.dirname(part.configFile), PART_CLASSES[name].stem) };
}

function readPart(dir: string, index: ModelIndex, name: WeightedPart): Omit<ModelPart, 'weights'> {
  const { folder, className } = partFolder(dir, index, name);
  const configFile = fileInside(folder, 'config.json');
  const config = readJson(configFile, ANY_OBJECT);
  // of diffusers' parts only: transformers names the class in `architectures`, and not always the one it was saved for
  const saved = config._class_name ?? className;
  if (saved !== className) throw partError(dir, name, `${configFile} to be of class ${className}`, String(saved));
  return { name, className, config, configFile };
}

function partFolder(dir: string, index: ModelIndex, name: PartName): { folder: string; className: string } {
  const component = COMPONENT.safeParse(index[name]);
  const className = component.success ? component.data[1] : null;
  const classes: readonly string[] = PART_CLASSES[name].classes;
  if (className === null || !classes.includes(className)) {
    const got = className === null ? 'none in model_index.json' : className;
    throw partError(dir, name, `a part "${name}" of class ${classes.join(' or ')}`, got);
  }
  const folder = insideFolder(dir, name);
  if (folder === undefined) throw partError(dir, name, `the part "${name}" in ${dir}`, 'no such folder');
  return { folder, className };
}

function partError(dir: string, part: string, expected: string, got: string): UserError {
  const todo = 'Fetch the whole model again, or choose another model.';
  return new UserError('model-part', { expected, got, todo, folder: dir, part });
}

function pipelineError(folder: string, pipeline: string): UserError {
  return new UserError('model-pipeline', {
    expected: `${folder} to be for ${PIPELINES.join(' or ')}`,
    got: `${pipeline}${aboutPipeline(pipeline)}`,
    todo: 'Choose a text-to-image model of the SDXL or the Stable Diffusion 1.x or 2.x family.',
    folder,
  });
}

function notAModel(folder: string): UserError {
  return new UserError('model-folder', {
    expected: `${folder} to be a model folder in diffusers layout (with model_index.json, unet/, vae/, …)`,
    got: fs.existsSync(folder) ? 'a folder without model_index.json' : 'no such folder',
    todo: 'Give the folder that holds model_index.json, such as models/pocket.',
    folder,
  });
}
