import { z } from 'zod';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { type AutoencoderGraph, type AutoencoderOptions, inputSize, type LatentSpace } from './latent-space.ts';
import { conv2d } from './layers.ts';
import { only, PROVENANCE, parseConfig, trainingOnly } from './parse-config.ts';
import { upsampleConv } from './upsample-conv.ts';

const channelsPerLevel = z
  .array(z.int().positive())
  .min(1)
  .refine((list) => list.every((channels) => channels === list[0]), 'every level has to have as many channels');
const blocksPerLevel = z.array(z.int().nonnegative()).min(1);

/** diffusers' AutoencoderTiny (TAESD, https://github.com/madebyollin/taesd). */
const schema = z.strictObject({
  ...PROVENANCE,
  _class_name: only('AutoencoderTiny'),
  act_fn: z.enum(['relu', 'silu', 'swish', 'gelu']).default('relu'),
  block_out_channels: trainingOnly, // diffusers' copy of decoder_block_out_channels
  decoder_block_out_channels: channelsPerLevel,
  encoder_block_out_channels: channelsPerLevel,
  force_upcast: z.boolean().default(false),
  in_channels: z.int().positive().default(3),
  latent_channels: z.int().positive().default(4),
  latent_magnitude: z.number().optional(), // for storing latents as bytes
  latent_shift: z.number().optional(), // likewise
  num_decoder_blocks: blocksPerLevel,
  num_encoder_blocks: blocksPerLevel,
  out_channels: z.int().positive().default(3),
  scaling_factor: z.number().default(1),
  shift_factor: z.number().default(0),
  upsample_fn: only('nearest'),
  upsampling_scaling_factor: z.int().positive().default(2),
});

type Config = z.output<typeof schema>;

/** Latents are squashed into (-LATENT_BOUND, LATENT_BOUND) before they are decoded. */
const LATENT_BOUND = 3;
const ENCODER_STRIDE = 2;

/**
 * Writes the graph of AutoencoderTiny's decoder: `latents` [batch, L, height, width] -> `sample`
 * [batch, 3, height * downscale, width * downscale], in [-1, 1] give or take.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildTinyDecoder(options: AutoencoderOptions): AutoencoderGraph {
  const config = parse(options.config);
  const { num_decoder_blocks: blocks, upsampling_scaling_factor: factor } = config;
  const g = new Graph(options);
  const latents = g.input('latents', g.compute, ['batch', config.latent_channels, options.height, options.width]);

  const layers = new Layers('decoder.layers');
  const squashed = g.mul(g.unary('Tanh', g.mul(latents, g.scalar(1 / LATENT_BOUND))), g.scalar(LATENT_BOUND));
  let x = activation(g, conv2d(g, squashed, layers.next()), config);
  layers.skip(); // the activation
  blocks.forEach((count, level) => {
    for (let i = 0; i < count; i++) x = residualBlock(g, x, layers.next(), config);
    if (level < blocks.length - 1) {
      layers.skip(); // the upsampling
      x = upsampleConv(g, x, layers.next(), factor);
    } else {
      x = conv2d(g, x, layers.next());
    }
  });
  // TAESD's pictures lie in [0, 1]
  g.output('sample', g.sub(g.mul(x, g.scalar(2)), g.scalar(1)));
  const model = g.encode({ mayIgnore: (name) => name.startsWith('encoder.') });
  return { model, latents: decoderLatents(config), input: inputSize(options) };
}

/**
 * Writes the graph of AutoencoderTiny's encoder: `sample` [batch, 3, height, width] in [-1, 1] -> `latents`
 * [batch, L, height / downscale, width / downscale]. It is not a distribution: there is nothing to sample.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildTinyEncoder(options: AutoencoderOptions): AutoencoderGraph {
  const config = parse(options.config);
  const g = new Graph(options);
  const sample = g.input('sample', g.compute, ['batch', config.in_channels, options.height, options.width]);

  const layers = new Layers('encoder.layers');
  let x = g.mul(g.add(sample, g.scalar(1)), g.scalar(0.5));
  config.num_encoder_blocks.forEach((count, level) => {
    x = conv2d(g, x, layers.next(), { stride: level === 0 ? 1 : ENCODER_STRIDE });
    for (let i = 0; i < count; i++) x = residualBlock(g, x, layers.next(), config);
  });
  g.output('latents', conv2d(g, x, layers.next()));
  const model = g.encode({ mayIgnore: (name) => name.startsWith('decoder.') });
  const latents = latentSpace(config, ENCODER_STRIDE ** (config.num_encoder_blocks.length - 1));
  return { model, latents, input: inputSize(options) };
}

/** The modules of an nn.Sequential, named by their place; those without weights count too. */
class Layers {
  private place = 0;
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  next(): string {
    return `${this.name}.${this.place++}`;
  }

  skip(): void {
    this.place++;
  }
}

function parse(json: unknown): Config {
  const oneEntryPerLevel = schema
    .refine((c) => c.num_decoder_blocks.length === c.decoder_block_out_channels.length, {
      path: ['num_decoder_blocks'],
      message: 'has to have an entry for each of decoder_block_out_channels',
    })
    .refine((c) => c.num_encoder_blocks.length === c.encoder_block_out_channels.length, {
      path: ['num_encoder_blocks'],
      message: 'has to have an entry for each of encoder_block_out_channels',
    });
  return parseConfig(oneEntryPerLevel, json, 'AutoencoderTiny');
}

/**
 * The latents that the decoder takes.
 * @throws UserError for a config that isn't understood
 */
export const tinyLatentSpace = (json: unknown): LatentSpace => decoderLatents(parse(json));

/** Channels that the decoder computes with, at every resolution. */
export const tinyDecoderChannels = (json: unknown): number => parse(json).decoder_block_out_channels[0] as number;

const decoderLatents = (config: Config): LatentSpace =>
  latentSpace(config, config.upsampling_scaling_factor ** (config.num_decoder_blocks.length - 1));

function latentSpace(config: Config, downscale: number): LatentSpace {
  return {
    channels: config.latent_channels,
    downscale,
    scalingFactor: config.scaling_factor,
    shift: config.shift_factor,
    statistics: undefined,
    forceUpcast: config.force_upcast,
  };
}

function activation(g: Graph, x: Value, { act_fn }: Config): Value {
  if (act_fn === 'relu') return g.unary('Relu', x);
  return act_fn === 'gelu' ? g.gelu(x) : g.silu(x);
}

/** AutoencoderTinyBlock: relu(x + conv(act(conv(act(conv(x)))))). x [B, C, H, W] */
function residualBlock(g: Graph, x: Value, name: string, config: Config): Value {
  return g.within(name, () => {
    const first = activation(g, conv2d(g, x, `${name}.conv.0`), config);
    const second = activation(g, conv2d(g, first, `${name}.conv.2`), config);
    return g.unary('Relu', g.add(conv2d(g, second, `${name}.conv.4`), x));
  });
}
