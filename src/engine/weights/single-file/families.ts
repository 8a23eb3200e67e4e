import type { PipelineName } from '../model-folder.ts';

type Config = Readonly<Record<string, unknown>>;

/** How the tensors of a part are named in the file. */
export type PartNames = 'ldm-unet' | 'ldm-vae' | 'clip' | 'open-clip';

export interface CheckpointPart {
  readonly className: string;
  /** as in the config.json of a model in diffusers layout */
  readonly config: Config;
  /** what the names of its tensors in the file begin with */
  readonly prefix: string;
  readonly names: PartNames;
}

/** What all single-file checkpoints of one family have in common; their files hold weights and no configuration. */
export interface CheckpointFamily {
  readonly name: string;
  readonly pipeline: PipelineName;
  /** tensors of the U-Net; a file with another number is of a model that was cut down or built on */
  readonly unetTensors: number;
  readonly unet: CheckpointPart;
  readonly vae: CheckpointPart;
  readonly textEncoder: CheckpointPart;
  readonly textEncoder2?: CheckpointPart;
  /** padding tokens of the tokenizers, whose vocabulary is always CLIP's */
  readonly pads: readonly [string, string?];
  readonly scheduler: Config;
  /** whether models of the family differ in what they predict, without a trace of it in their weights */
  readonly predictionUncertain: boolean;
}

const END_OF_TEXT = '<|endoftext|>';

/*
 * The configurations are those that the models were published with in diffusers layout: stabilityai's
 * stable-diffusion-xl-base-1.0 and stable-diffusion-2-1, and runwayml's stable-diffusion-v1-5 (unet/config.json and so
 * on), without what is diffusers' default. Samplers: SDXL's as published; for the others DDIM with their betas and
 * offset, which diffusers' from_single_file chooses too (the published PNDM is DDIM's step with a memory).
 */

const VAE: Config = {
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array(4).fill('DownEncoderBlock2D'),
  up_block_types: Array(4).fill('UpDecoderBlock2D'),
  layers_per_block: 2,
  latent_channels: 4,
  norm_num_groups: 32,
};

/** OpenAI's CLIP ViT-L/14 */
const CLIP_L: Config = {
  vocab_size: 49408,
  max_position_embeddings: 77,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: 'quick_gelu',
  projection_dim: 768,
};

const BETAS: Config = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 };
const DDIM: Config = { _class_name: 'DDIMScheduler', ...BETAS, clip_sample: false, set_alpha_to_one: false };

const unet = (config: Config): CheckpointPart => ({
  className: 'UNet2DConditionModel',
  prefix: 'model.diffusion_model.',
  names: 'ldm-unet',
  config,
});
const vae = (config: Config): CheckpointPart => ({
  className: 'AutoencoderKL',
  prefix: 'first_stage_model.',
  names: 'ldm-vae',
  config: { _class_name: 'AutoencoderKL', ...config },
});
const text = (names: PartNames, prefix: string, projected: boolean, config: Config): CheckpointPart => {
  const className = projected ? 'CLIPTextModelWithProjection' : 'CLIPTextModel';
  return { className, prefix, names, config: { ...config, architectures: [className] } };
};

export interface FamilyConfigs {
  readonly unet: Config;
  readonly vae: Config;
  readonly textEncoder: Config;
  readonly textEncoder2?: Config;
  readonly unetTensors: number;
}

/** A family with SDXL's text encoders and names; with SDXL's sizes unless told otherwise. */
export function xlFamily(configs: FamilyConfigs): CheckpointFamily {
  return {
    name: 'SDXL',
    pipeline: 'StableDiffusionXLPipeline',
    unetTensors: configs.unetTensors,
    unet: unet(configs.unet),
    vae: vae(configs.vae),
    textEncoder: text('clip', 'conditioner.embedders.0.transformer.', false, configs.textEncoder),
    textEncoder2: text('open-clip', 'conditioner.embedders.1.model.', true, configs.textEncoder2 ?? {}),
    pads: [END_OF_TEXT, '!'],
    scheduler: { _class_name: 'EulerDiscreteScheduler', ...BETAS, timestep_spacing: 'leading' },
    predictionUncertain: false,
  };
}

/** A family with the text encoder and the names of Stable Diffusion 1.x. */
export function sd1Family(configs: FamilyConfigs): CheckpointFamily {
  return {
    name: 'Stable Diffusion 1.x',
    pipeline: 'StableDiffusionPipeline',
    unetTensors: configs.unetTensors,
    unet: unet(configs.unet),
    vae: vae(configs.vae),
    textEncoder: text('clip', 'cond_stage_model.transformer.', false, configs.textEncoder),
    pads: [END_OF_TEXT],
    scheduler: DDIM,
    predictionUncertain: false,
  };
}

/** A family with the text encoder and the names of Stable Diffusion 2.x. */
export function sd2Family(configs: FamilyConfigs): CheckpointFamily {
  return {
    name: 'Stable Diffusion 2.x',
    pipeline: 'StableDiffusionPipeline',
    unetTensors: configs.unetTensors,
    unet: unet(configs.unet),
    vae: vae(configs.vae),
    textEncoder: text('open-clip', 'cond_stage_model.model.', false, configs.textEncoder),
    pads: ['!'],
    scheduler: DDIM,
    predictionUncertain: true,
  };
}

const CROSS = ['CrossAttnDownBlock2D', 'CrossAttnUpBlock2D'] as const;
const FOUR_LEVELS: Config = {
  block_out_channels: [320, 640, 1280, 1280],
  down_block_types: [CROSS[0], CROSS[0], CROSS[0], 'DownBlock2D'],
  up_block_types: ['UpBlock2D', CROSS[1], CROSS[1], CROSS[1]],
  in_channels: 4,
  out_channels: 4,
};

/** The families of single-file checkpoints that Troupe draws with. */
export const FAMILIES: readonly CheckpointFamily[] = [
  xlFamily({
    unetTensors: 1680,
    unet: {
      block_out_channels: [320, 640, 1280],
      down_block_types: ['DownBlock2D', CROSS[0], CROSS[0]],
      up_block_types: [CROSS[1], CROSS[1], 'UpBlock2D'],
      in_channels: 4,
      out_channels: 4,
      attention_head_dim: [5, 10, 20],
      transformer_layers_per_block: [1, 2, 10],
      cross_attention_dim: 2048,
      use_linear_projection: true,
      addition_embed_type: 'text_time',
      addition_time_embed_dim: 256,
      projection_class_embeddings_input_dim: 2816,
      sample_size: 128,
    },
    vae: { ...VAE, scaling_factor: 0.13025 },
    textEncoder: CLIP_L,
    // OpenCLIP ViT-bigG/14
    textEncoder2: {
      ...CLIP_L,
      hidden_size: 1280,
      intermediate_size: 5120,
      num_hidden_layers: 32,
      num_attention_heads: 20,
      hidden_act: 'gelu',
      projection_dim: 1280,
    },
  }),
  sd1Family({
    unetTensors: 686,
    unet: { ...FOUR_LEVELS, attention_head_dim: 8, cross_attention_dim: 768, sample_size: 64 },
    vae: VAE,
    textEncoder: CLIP_L,
  }),
  sd2Family({
    unetTensors: 686,
    unet: {
      ...FOUR_LEVELS,
      attention_head_dim: [5, 10, 20, 20],
      cross_attention_dim: 1024,
      use_linear_projection: true,
      sample_size: 96,
    },
    vae: VAE,
    // OpenCLIP ViT-H/14 without its last layer
    textEncoder: {
      ...CLIP_L,
      hidden_size: 1024,
      intermediate_size: 4096,
      num_hidden_layers: 23,
      num_attention_heads: 16,
      hidden_act: 'gelu',
      projection_dim: 512,
    },
  }),
];
