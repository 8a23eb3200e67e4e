import { z } from 'zod';
import { UserError } from '../../../errors/user-error.ts';
import { only, PROVENANCE, parseConfig, trainingOnly } from '../parse-config.ts';

const perLevel = z.union([z.int().positive(), z.array(z.int().positive())]);

/** diffusers' UNet2DConditionModel, as far as the families SDXL, SD 1.5 and SD 2.1 use it. */
const schema = z.strictObject({
  ...PROVENANCE,
  act_fn: only('silu'),
  addition_embed_type: only(null, 'text_time'),
  addition_embed_type_num_heads: z.unknown().optional(), // of another addition_embed_type
  addition_time_embed_dim: z.int().positive().nullish(),
  attention_head_dim: perLevel.default(8),
  attention_type: only('default'),
  block_out_channels: z.array(z.int().positive()).min(2),
  center_input_sample: only(false),
  class_embed_type: only(null),
  class_embeddings_concat: only(false),
  conv_in_kernel: only(3),
  conv_out_kernel: only(3),
  cross_attention_dim: z.int().positive(),
  cross_attention_norm: only(null),
  down_block_types: z.array(z.enum(['CrossAttnDownBlock2D', 'DownBlock2D'])),
  downsample_padding: only(1),
  dropout: trainingOnly,
  dual_cross_attention: only(false),
  encoder_hid_dim: only(null),
  encoder_hid_dim_type: only(null),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  in_channels: z.int().positive(),
  layers_per_block: perLevel.default(2),
  mid_block_only_cross_attention: only(null, false),
  mid_block_scale_factor: only(1),
  mid_block_type: only('UNetMidBlock2DCrossAttn'),
  norm_eps: z.number().positive().default(1e-5),
  norm_num_groups: z.int().positive().default(32),
  num_attention_heads: perLevel.nullish(),
  num_class_embeds: only(null),
  only_cross_attention: only(false),
  out_channels: z.int().positive(),
  projection_class_embeddings_input_dim: z.int().positive().nullish(),
  resnet_out_scale_factor: only(1),
  resnet_skip_time_act: only(false),
  resnet_time_scale_shift: only('default'),
  reverse_transformer_layers_per_block: only(null),
  sample_size: z.int().positive().nullish(),
  time_cond_proj_dim: only(null),
  time_embedding_act_fn: only(null),
  time_embedding_dim: only(null),
  time_embedding_type: only('positional'),
  timestep_post_act: only(null),
  transformer_layers_per_block: perLevel.default(1),
  up_block_types: z.array(z.enum(['CrossAttnUpBlock2D', 'UpBlock2D'])),
  upcast_attention: z.boolean().nullish(), // softmax in float32: onnxruntime's attention kernels do that always
  use_linear_projection: z.boolean().default(false), // either way the bytes are the same matrix
});

/** One level of the U-Net: its blocks on the way down and the mirrored ones on the way up. */
export interface UNetLevel {
  readonly channels: number;
  /** ResNet blocks on the way down; one more on the way up */
  readonly layers: number;
  readonly heads: number;
  /** transformer blocks per attention layer */
  readonly depth: number;
  readonly downAttention: boolean;
  readonly upAttention: boolean;
}

export interface UNetConfig {
  /** highest resolution first */
  readonly levels: readonly UNetLevel[];
  readonly inChannels: number;
  readonly outChannels: number;
  /** width of the text encoder's hidden states */
  readonly textWidth: number;
  readonly normGroups: number;
  readonly normEpsilon: number;
  readonly flipSinToCos: boolean;
  readonly frequencyShift: number;
  /** latents' side that the model was trained at, if the config says */
  readonly sampleSize: number | undefined;
  /** SDXL's pooled text and time ids, absent in SD 1.5 and 2.1 */
  readonly added: { readonly timeWidth: number; readonly pooledWidth: number } | undefined;
}

/** Numbers in SDXL's time_ids: original height and width, crop top and left, target height and width. */
export const TIME_IDS = 6;

/** @throws UserError `config-unsupported` */
export function parseUNetConfig(json: unknown): UNetConfig {
  const config = parseConfig(schema, json, 'U-Net');
  const count = config.block_out_channels.length;
  const list = (value: number | number[], field: string): number[] => {
    const values = typeof value === 'number' ? Array<number>(count).fill(value) : value;
    if (values.length !== count) throw unsupported(`${count} entries in ${field}`, `${values.length}`);
    return values;
  };
  // diffusers' historical quirk: attention_head_dim holds the number of heads unless num_attention_heads is given
  const heads = list(config.num_attention_heads ?? config.attention_head_dim, 'attention_head_dim');
  const depths = list(config.transformer_layers_per_block, 'transformer_layers_per_block');
  const layers = list(config.layers_per_block, 'layers_per_block');
  if (config.down_block_types.length !== count || config.up_block_types.length !== count) {
    throw unsupported(`${count} block types`, `${config.down_block_types.length} and ${config.up_block_types.length}`);
  }
  const levels = config.block_out_channels.map((channels, i) => ({
    channels,
    layers: layers[i] as number,
    heads: heads[i] as number,
    depth: depths[i] as number,
    downAttention: config.down_block_types[i] === 'CrossAttnDownBlock2D',
    upAttention: config.up_block_types[count - 1 - i] === 'CrossAttnUpBlock2D',
  }));
  for (const level of levels) {
    if (level.channels % level.heads !== 0) throw unsupported('heads that divide the channels', JSON.stringify(level));
  }
  return {
    levels,
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    textWidth: config.cross_attention_dim,
    normGroups: config.norm_num_groups,
    normEpsilon: config.norm_eps,
    flipSinToCos: config.flip_sin_to_cos,
    frequencyShift: config.freq_shift,
    sampleSize: config.sample_size ?? undefined,
    added: config.addition_embed_type === 'text_time' ? addedWidths(config) : undefined,
  };
}

function addedWidths(config: z.output<typeof schema>): { timeWidth: number; pooledWidth: number } {
  const timeWidth = config.addition_time_embed_dim;
  const input = config.projection_class_embeddings_input_dim;
  if (!timeWidth || !input || input <= TIME_IDS * timeWidth) {
    throw unsupported('addition_time_embed_dim and projection_class_embeddings_input_dim', `${timeWidth} and ${input}`);
  }
  return { timeWidth, pooledWidth: input - TIME_IDS * timeWidth };
}

function unsupported(expected: string, got: string): UserError {
  const todo = 'Check that config.json is the one that came with the model.';
  return new UserError('config-unsupported', {
    expected: `a U-Net configuration with ${expected}`,
    got,
    todo,
    part: 'U-Net',
  });
}
