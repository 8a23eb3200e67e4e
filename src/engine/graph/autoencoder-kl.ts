import { UserError } from '../../errors/user-error.ts';
import { type KlConfig, klDownscale, klLatentSpace, parseKlConfig } from './autoencoder-kl-config.ts';
import { type Dim, times } from './dim.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { type AutoencoderGraph, type AutoencoderOptions, inputSize } from './latent-space.ts';
import { conv2d, groupNorm, linear } from './layers.ts';
import { upsampleConv } from './upsample-conv.ts';

/** Constants that diffusers has in code, not in the config. */
const NORM_EPSILON = 1e-6;
const LOGVAR_RANGE = [-30, 20] as const;
/** the picture is padded on two sides only before it is halved (diffusers' Downsample2D with padding 0) */
const DOWNSAMPLE_PADDING = [0, 0, 1, 1] as const;

/**
 * Writes the graph of AutoencoderKL's decoder: `latents` [batch, L, height, width], unscaled (see LatentSpace) ->
 * `sample` [batch, 3, height * downscale, width * downscale], in [-1, 1] give or take.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildKlDecoder(options: AutoencoderOptions): AutoencoderGraph {
  const config = parseKlConfig(options.config);
  const g = new Graph(options);
  const latents = g.input('latents', g.compute, ['batch', config.latent_channels, options.height, options.width]);

  let x = config.use_post_quant_conv ? conv2d(g, latents, 'post_quant_conv') : latents;
  x = midBlock(g, conv2d(g, x, 'decoder.conv_in'), 'decoder.mid_block', config);
  const last = config.block_out_channels.length - 1;
  config.up_block_types.forEach((_, level) => {
    const name = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layers_per_block; i++) x = resnetBlock(g, x, `${name}.resnets.${i}`, config);
    if (level < last) x = upsampleConv(g, x, `${name}.upsamplers.0.conv`);
  });
  g.output('sample', convOut(g, x, 'decoder', config));
  const mayIgnore = (name: string) => name.startsWith('encoder.') || name.startsWith('quant_conv.');
  return { model: g.encode({ mayIgnore }), latents: klLatentSpace(config), input: inputSize(options) };
}

/**
 * Writes the graph of AutoencoderKL's encoder: `sample` [batch, 3, height, width] in [-1, 1] -> `mean` and `logvar`
 * [batch, L, height / downscale, width / downscale] of the latents' normal distribution, unscaled (see LatentSpace).
 * @throws UserError for a config that isn't understood, weights that don't fit it, or a size that can't be halved
 */
export function buildKlEncoder(options: AutoencoderOptions): AutoencoderGraph {
  const config = parseKlConfig(options.config);
  const { height, width } = options;
  const downscale = klDownscale(config);
  if (height % downscale !== 0 || width % downscale !== 0) {
    throw new UserError('picture-size', {
      expected: `a picture whose sides are multiples of ${downscale}`,
      got: `${width}x${height}`,
      todo: 'Scale or crop it to such a size.',
    });
  }
  const g = new Graph(options);
  const sample = g.input('sample', g.compute, ['batch', config.in_channels, height, width]);

  let x = conv2d(g, sample, 'encoder.conv_in');
  const last = config.block_out_channels.length - 1;
  config.down_block_types.forEach((_, level) => {
    const name = `encoder.down_blocks.${level}`;
    for (let i = 0; i < config.layers_per_block; i++) x = resnetBlock(g, x, `${name}.resnets.${i}`, config);
    if (level < last) x = conv2d(g, x, `${name}.downsamplers.0.conv`, { stride: 2, padding: DOWNSAMPLE_PADDING });
  });
  x = convOut(g, midBlock(g, x, 'encoder.mid_block', config), 'encoder', config);
  const moments = config.use_quant_conv ? conv2d(g, x, 'quant_conv') : x; // [B, 2L, h, w]
  g.output('mean', g.slice(moments, 1, 0, config.latent_channels));
  g.output('logvar', g.clip(g.slice(moments, 1, config.latent_channels, 2 * config.latent_channels), ...LOGVAR_RANGE));
  const mayIgnore = (name: string) => name.startsWith('decoder.') || name.startsWith('post_quant_conv.');
  return { model: g.encode({ mayIgnore }), latents: klLatentSpace(config), input: inputSize(options) };
}

const norm = (g: Graph, x: Value, name: string, config: KlConfig): Value =>
  groupNorm(g, x, name, config.norm_num_groups, NORM_EPSILON);

const convOut = (g: Graph, x: Value, half: 'encoder' | 'decoder', config: KlConfig): Value =>
  conv2d(g, g.silu(norm(g, x, `${half}.conv_norm_out`, config)), `${half}.conv_out`);

/** ResnetBlock2D without a time embedding. x [B, C, H, W] -> [B, C', H, W] */
function resnetBlock(g: Graph, x: Value, name: string, config: KlConfig): Value {
  return g.within(name, () => {
    const h = conv2d(g, g.silu(norm(g, x, `${name}.norm1`, config)), `${name}.conv1`);
    const y = conv2d(g, g.silu(norm(g, h, `${name}.norm2`, config)), `${name}.conv2`);
    const shortcut = g.hasWeight(`${name}.conv_shortcut.weight`) ? conv2d(g, x, `${name}.conv_shortcut`) : x;
    return g.add(shortcut, y);
  });
}

/** UNetMidBlock2D: two ResNet blocks with self-attention between. */
function midBlock(g: Graph, x: Value, name: string, config: KlConfig): Value {
  const before = resnetBlock(g, x, `${name}.resnets.0`, config);
  const attended = config.mid_block_add_attention ? selfAttention(g, before, `${name}.attentions.0`, config) : before;
  return resnetBlock(g, attended, `${name}.resnets.1`, config);
}

/** One head over all channels, every position of the picture attending to every other. x [B, C, H, W] */
function selfAttention(g: Graph, x: Value, name: string, config: KlConfig): Value {
  return g.within(name, () => {
    const [batch, channels, height, width] = x.shape as readonly [Dim, number, number, number];
    const tokens = height * width;
    const perImage = (t: Value) => g.reshape(t, [batch, tokens, channels]);
    const tokensLast = g.reshape(norm(g, x, `${name}.group_norm`, config), [batch, channels, tokens]);
    const rows = g.reshape(g.transpose(tokensLast, [0, 2, 1]), [times(batch, tokens), channels]);
    // the second names are those of files from before diffusers 0.15
    const project = (part: string, legacy: string, input: Value) =>
      linear(g, input, g.hasWeight(`${name}.${part}.weight`) ? `${name}.${part}` : `${name}.${legacy}`);
    const q = perImage(project('to_q', 'query', rows));
    const k = perImage(project('to_k', 'key', rows));
    const v = perImage(project('to_v', 'value', rows));
    const context = g.reshape(g.multiHeadAttention(q, k, v, 1), [times(batch, tokens), channels]);
    const out = perImage(project('to_out.0', 'proj_attn', context));
    return g.add(g.reshape(g.transpose(out, [0, 2, 1]), x.shape), x);
  });
}
