import { UserError } from '../../../errors/user-error.ts';
import type { TensorIndex } from '../../weights/tensor-index.ts';
import type { ComputeType } from '../element-type.ts';
import { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { conv2d, groupNorm } from '../layers.ts';
import type { LoraUpdates } from '../lora-updates.ts';
import { upsampleConv } from '../upsample-conv.ts';
import { conditioning } from './conditioning.ts';
import { type AttentionLevel, consistoryInputs, type MemoryLayer } from './consistory-inputs.ts';
import { promptInputs } from './prompts.ts';
import type { Place } from './self-attention.ts';
import { resnetBlock, transformer, type UNetContext } from './unet-blocks.ts';
import { parseUNetConfig, type UNetConfig } from './unet-config.ts';

export interface UNetOptions {
  /** parsed config.json */
  readonly config: unknown;
  readonly weights: TensorIndex;
  /** folder that the weights' files lie under */
  readonly root: string;
  readonly compute: ComputeType;
  /** of its modules, one map per LoRA; for each that it uses the graph has an input `lora_weight_N` [1] */
  readonly loras?: readonly LoraUpdates[];
  /** of the latents */
  readonly height: number;
  readonly width: number;
  /** T, tokens of a prompt */
  readonly tokens: number;
  /**
   * Height in tokens of the attention level where masks are read; by default the lowest with at least 16 tokens along
   * its shorter side: SDXL's 32x32, as in the paper (§4.1), and the pocket model's 16x16.
   */
  readonly maskResolution?: number | undefined;
}

/** Coarser attention can't outline a subject. */
const LEAST_MASK_SIDE = 16;

export interface UNetGraph {
  /** ModelProto */
  readonly model: Uint8Array;
  readonly config: UNetConfig;
  /** resolutions with attention, lowest first */
  readonly attentionLevels: readonly AttentionLevel[];
  /** resolutions with prompts: the same, and that of the mid block */
  readonly promptLevels: readonly AttentionLevel[];
  /** where masks are read */
  readonly maskLevel: AttentionLevel;
  /** where features are injected: the highest resolution with attention (paper §4.3: 64x64 of SDXL) */
  readonly injectLevel: AttentionLevel;
  /** the layers whose tokens or features can be kept and given (docs/adr/0006-one-pass.md) */
  readonly memoryLayers: readonly MemoryLayer[];
  /** shape of the DIFT features of one image */
  readonly dift: { readonly channels: number; readonly height: number; readonly width: number };
}

/**
 * Writes the graph of a UNet2DConditionModel with ConsiStory's operations as inputs and outputs (docs/paper-map.md).
 * @throws UserError for a config that isn't understood, weights that don't fit it, or a size that the levels can't halve
 */
export function buildUnet(options: UNetOptions): UNetGraph {
  const config = parseUNetConfig(options.config);
  const { height, width, tokens } = options;
  const g = new Graph(options);
  const attentionLevels = findAttentionLevels(config, height, width);
  const promptLevels = withMidLevel(attentionLevels, config, height, width);
  const maskLevel = options.maskResolution
    ? attentionLevels.find((l) => l.height === options.maskResolution)
    : (attentionLevels.find((l) => Math.min(l.height, l.width) >= LEAST_MASK_SIDE) ?? attentionLevels.at(-1));
  const injectLevel = attentionLevels.at(-1);
  if (!maskLevel || !injectLevel) {
    throw new UserError('mask-resolution', {
      expected: `a mask resolution among ${attentionLevels.map((l) => l.height).join(', ')}`,
      got: `${options.maskResolution ?? 'a U-Net without attention'}`,
      todo: 'Leave maskResolution out, or name one of these.',
    });
  }

  const sample = g.input('sample', g.compute, ['batch', config.inChannels, height, width]);
  const timestep = g.input('timestep', 'float32', ['batch']);
  const embedding = conditioning(g, config, timestep);
  const context: UNetContext = {
    g,
    config,
    embedding,
    prompts: promptInputs(g, promptLevels, tokens, config.textWidth),
    consistory: consistoryInputs(g, attentionLevels, injectLevel),
    maskLevel: maskLevel.level,
    maps: [],
  };

  const { x, dift } = blocks(context, sample, height, width);
  const normal = groupNorm(g, x, 'conv_norm_out', config.normGroups, config.normEpsilon);
  g.output('noise', conv2d(g, g.silu(normal), 'conv_out'));
  g.output('attention', attentionOfConcepts(context));
  g.output('dift', dift);
  const { banks, injections } = context.consistory;
  const [, diftChannels, diftHeight, diftWidth] = dift.shape as readonly [string, number, number, number];
  return {
    model: g.encode(),
    config,
    attentionLevels,
    promptLevels,
    maskLevel,
    injectLevel,
    memoryLayers: [...banks.values(), ...injections.values()].flatMap(({ memory }) => memory.layers),
    dift: { channels: diftChannels, height: diftHeight, width: diftWidth },
  };
}

/** conv_in, down blocks, mid block, up blocks. */
function blocks(context: UNetContext, sample: Value, height: number, width: number): { x: Value; dift: Value } {
  const { g, config } = context;
  const { levels } = config;
  const last = levels.length - 1;
  const attend = (x: Value, name: string, index: number, place: Place) => {
    const level = levels[index] as (typeof levels)[number];
    return transformer(context, x, name, level, attentionLevel(config, index, height, width), place);
  };

  let x = conv2d(g, sample, 'conv_in');
  const skips = [x];
  levels.forEach((level, i) => {
    for (let j = 0; j < level.layers; j++) {
      x = resnetBlock(context, x, `down_blocks.${i}.resnets.${j}`);
      if (level.downAttention) x = attend(x, `down_blocks.${i}.attentions.${j}`, i, 'down');
      skips.push(x);
    }
    if (i < last) {
      x = conv2d(g, x, `down_blocks.${i}.downsamplers.0.conv`, { stride: 2, padding: 1 });
      skips.push(x);
    }
  });

  x = resnetBlock(context, x, 'mid_block.resnets.0');
  x = attend(x, 'mid_block.attentions.0', last, 'mid');
  x = resnetBlock(context, x, 'mid_block.resnets.1');

  let dift = x;
  [...levels].reverse().forEach((level, i) => {
    for (let j = 0; j <= level.layers; j++) {
      x = resnetBlock(context, g.concat([x, skips.pop() as Value], 1), `up_blocks.${i}.resnets.${j}`);
      if (level.upAttention) x = attend(x, `up_blocks.${i}.attentions.${j}`, last - i, 'up');
    }
    if (i < last) x = upsampleConv(g, x, `up_blocks.${i}.upsamplers.0.conv`);
    if (i === 0) dift = x;
  });
  return { x, dift };
}

/** The wanted columns of the collected maps of each row's own prompt, mean over layers: [B, K, S]. Paper §4.1. */
function attentionOfConcepts({ g, maps, consistory }: UNetContext): Value {
  const rows = g.rangeOfAxis(consistory.conceptColumns, 0);
  const sum = g.gather(
    maps.reduce((a, b) => g.add(a, b)),
    rows,
  );
  const perToken = g.transpose(g.mul(sum, g.scalar(1 / maps.length)), [0, 2, 1]); // [B, T, S]
  return g.gatherPerRow(perToken, consistory.conceptColumns);
}

function attentionLevel(config: UNetConfig, level: number, height: number, width: number): AttentionLevel {
  const [h, w] = [height / 2 ** level, width / 2 ** level];
  return { level, height: h, width: w, tokens: h * w, shared: config.levels[level]?.upAttention ?? false };
}

/** The mid block attends where Stable Diffusion's lowest blocks have only convolutions. */
function withMidLevel(
  levels: readonly AttentionLevel[],
  config: UNetConfig,
  height: number,
  width: number,
): readonly AttentionLevel[] {
  const mid = attentionLevel(config, config.levels.length - 1, height, width);
  return levels.some(({ level }) => level === mid.level) ? levels : [mid, ...levels];
}

function findAttentionLevels(config: UNetConfig, height: number, width: number): AttentionLevel[] {
  const divisor = 2 ** (config.levels.length - 1);
  if (height % divisor !== 0 || width % divisor !== 0) {
    throw new UserError('latent-size', {
      expected: `latents with sides that ${divisor} divides`,
      got: `${width} x ${height}`,
      todo: 'Choose a picture size that is a multiple of the model’s own steps.',
    });
  }
  return config.levels
    .map((level, i) => ({ ...level, at: attentionLevel(config, i, height, width) }))
    .filter((level) => level.downAttention || level.upAttention)
    .map((level) => level.at)
    .reverse();
}
