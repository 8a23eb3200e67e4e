import { z } from 'zod';
import { PREDICTION_TYPES, type PredictionType } from '../schedulers/scheduler-config.ts';
import type { ModelPart } from './model-folder.ts';
import { checkJson, readJson } from './read-json.ts';

/** Pixels per side must be whole latents (diffusers asks for multiples of 8, whatever the VAE). */
const SIZE_STEP = 8;
const SIZE = z.int().positive().multipleOf(SIZE_STEP);

/**
 * `troupe.json`: how to use a model well, where the diffusers layout has no place for it. All of it is optional.
 */
const CARD = z.strictObject({
  name: z.string().min(1).optional(),
  promptPrefix: z.string().optional(),
  /** few-step models go without: 0 or 1 */
  guidance: z.number().min(0).optional(),
  steps: z.int().positive().optional(),
  width: SIZE.optional(),
  height: SIZE.optional(),
  vocabulary: z.array(z.string().min(1)).optional(),
  prediction: z.enum(PREDICTION_TYPES).optional(),
});

export interface ModelCard {
  readonly name: string;
  /** put before every panel's prompt, with a space between */
  readonly promptPrefix: string;
  /** classifier-free guidance scale */
  readonly guidance: number;
  readonly steps: number;
  /** pixels */
  readonly width: number;
  /** pixels */
  readonly height: number;
  /** the only words that the model knows, in lower case; undefined for models that know a language */
  readonly vocabulary?: readonly string[];
  /** what the U-Net was trained to tell, in place of what the scheduler's configuration says */
  readonly prediction?: PredictionType;
}

/** diffusers' own defaults of `__call__` in pipeline_stable_diffusion(_xl).py: guidance_scale, num_inference_steps. */
const DEFAULTS = {
  StableDiffusionXLPipeline: { guidance: 5, steps: 50 },
  StableDiffusionPipeline: { guidance: 7.5, steps: 50 },
} as const;

const UNET_SIZE = z.object({ sample_size: z.union([z.int().positive(), z.tuple([SIZE, SIZE])]) });
const VAE_LEVELS = z.object({ block_out_channels: z.array(z.int()).min(1) });

type ConfigOfPart = Pick<ModelPart, 'config' | 'configFile'>;

/**
 * The model's card, with what it leaves out filled in from the model itself.
 * @param file `troupe.json`, or undefined if there is none
 * @param name of the model, if the card has none
 * @throws UserError `json-unreadable`, `json-invalid`
 */
export function readModelCard(
  file: string | undefined,
  name: string,
  pipeline: keyof typeof DEFAULTS,
  parts: { readonly unet: ConfigOfPart; readonly vae: ConfigOfPart },
): ModelCard {
  const card = file === undefined ? {} : readJson(file, CARD);
  const { sample_size: size } = checkJson(parts.unet.config, UNET_SIZE, parts.unet.configFile);
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const levels = checkJson(parts.vae.config, VAE_LEVELS, parts.vae.configFile).block_out_channels.length;
  // pixels per latent: every level but the last halves the picture (vae_scale_factor in diffusers)
  const factor = 2 ** (levels - 1);
  return {
    name,
    promptPrefix: '',
    width: width * factor,
    height: height * factor,
    ...DEFAULTS[pipeline],
    ...card,
  };
}
