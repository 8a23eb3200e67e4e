import { z } from 'zod';
import type { LatentSpace } from './latent-space.ts';
import { only, PROVENANCE, parseConfig } from './parse-config.ts';

const perChannel = z.array(z.number()).nullish();

/** diffusers' AutoencoderKL; its defaults where a file may leave a field out. */
const schema = z.strictObject({
  ...PROVENANCE,
  _class_name: only('AutoencoderKL'),
  act_fn: only('silu'),
  block_out_channels: z.array(z.int().positive()).min(1),
  down_block_types: z.array(z.literal('DownEncoderBlock2D')),
  force_upcast: z.boolean().default(true),
  in_channels: z.int().positive().default(3),
  latent_channels: z.int().positive().default(4),
  latents_mean: perChannel,
  latents_std: perChannel,
  layers_per_block: z.int().positive().default(1),
  mid_block_add_attention: z.boolean().default(true),
  norm_num_groups: z.int().positive().default(32),
  out_channels: z.int().positive().default(3),
  sample_size: z.unknown().optional(), // where tiling would begin
  scaling_factor: z.number().default(0.18215),
  shift_factor: z.number().nullish(),
  up_block_types: z.array(z.literal('UpDecoderBlock2D')),
  use_post_quant_conv: z.boolean().default(true),
  use_quant_conv: z.boolean().default(true),
});

export type KlConfig = z.output<typeof schema>;

/** @throws UserError `config-unsupported` */
export function parseKlConfig(json: unknown): KlConfig {
  const consistent = schema
    .refine((c) => [c.down_block_types, c.up_block_types].every((t) => t.length === c.block_out_channels.length), {
      path: ['block_out_channels'],
      message: 'has to have an entry for each of down_block_types and up_block_types',
    })
    .refine((c) => c.block_out_channels.every((channels) => channels % c.norm_num_groups === 0), {
      path: ['norm_num_groups'],
      message: 'has to divide all of block_out_channels',
    })
    .refine((c) => [c.latents_mean, c.latents_std].every((s) => !s || s.length === c.latent_channels), {
      path: ['latents_mean'],
      message: 'has to have an entry for each latent channel, as has latents_std',
    })
    .refine((c) => !c.latents_mean === !c.latents_std, {
      path: ['latents_std'],
      message: 'comes with latents_mean, or neither does',
    });
  return parseConfig(consistent, json, 'AutoencoderKL');
}

/** Each level but the last halves the sides. */
export const klDownscale = (config: KlConfig): number => 2 ** (config.block_out_channels.length - 1);

export function klLatentSpace(config: KlConfig): LatentSpace {
  const { latents_mean: mean, latents_std: standardDeviation } = config;
  return {
    channels: config.latent_channels,
    downscale: klDownscale(config),
    scalingFactor: config.scaling_factor,
    shift: config.shift_factor ?? 0,
    statistics: mean && standardDeviation ? { mean, standardDeviation } : undefined,
    forceUpcast: config.force_upcast,
  };
}
