import { UserError } from '../../errors/user-error.ts';
import { parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyDecoderChannels } from '../graph/autoencoder-tiny.ts';
import { parseUNetConfig } from '../graph/unet/unet-config.ts';
import { elementCount } from '../runtime/tensor-value.ts';
import type { Lora } from '../weights/lora.ts';
import type { ModelFolder, ModelPart } from '../weights/model-folder.ts';
import type { TensorEntry } from '../weights/tensor-index.ts';
import { latentSpaceOf } from './image-codec.ts';
import type { PictureSize } from './unet-session.ts';

/** The constants are fitted to measurements that docs/operations.md, "Memory", has. */
const BYTES_PER_FLOAT = 4;
/** Node with its TypeScript loader, the engine's thread, onnxruntime and its code. */
const BASE = 190e6;
/** onnxruntime lays weights out anew for its kernels; those of another type than float32 it converts before that. */
const COPIES_OF_FLOAT32_WEIGHTS = 1;
const COPIES_OF_OTHER_WEIGHTS = 2;
/** Floats alive at once in the U-Net, per latent pixel, row and channel of the first level. */
const FLOATS_PER_LATENT_AND_CHANNEL = 22;
/** Floats alive at once in the decoder, which takes one picture at a time, per pixel and channel at full size. */
const FLOATS_PER_PIXEL_AND_CHANNEL = 5.5;
/** uncond and cond, and twice that while queries are blended */
const ROWS_PER_IMAGE = 4;

/** About how many bytes a story takes while it is drawn, the process that draws it included. */
export function estimateMemory(
  model: ModelFolder,
  size: PictureSize,
  panels: number,
  loras: readonly Lora[] = [],
): number {
  const parts = [model.textEncoder, model.textEncoder2, model.unet, model.vae];
  const tensors = [...parts.flatMap((part) => [...(part?.weights.values() ?? [])]), ...loras.flatMap(matricesOf)];
  const weights = floatsOf(tensors);
  const channels = parseUNetConfig(model.unet.config).levels[0]?.channels ?? 0;
  const { downscale } = latentSpaceOf(model.vae);
  const pixels = size.width * size.height;
  const latents = pixels / downscale ** 2;
  const unet = panels * ROWS_PER_IMAGE * latents * channels * FLOATS_PER_LATENT_AND_CHANNEL;
  const decoder = pixels * decoderChannels(model.vae) * FLOATS_PER_PIXEL_AND_CHANNEL;
  return BASE + BYTES_PER_FLOAT * (weights + unet + decoder);
}

/** @throws UserError `memory-limit` with the numbers, before anything is loaded */
export function assertFits(
  model: ModelFolder,
  size: PictureSize,
  panels: number,
  limit: number,
  loras: readonly Lora[] = [],
): void {
  const needed = estimateMemory(model, size, panels, loras);
  if (needed <= limit) return;
  throw new UserError('memory-limit', {
    expected: `a story that needs at most ${gigabytes(limit)}`,
    got: `one of ${panels} panels of ${size.width} x ${size.height} pixels with ${model.card.name}, which needs about ${gigabytes(needed)}`,
    todo: 'Draw fewer or smaller panels, choose a smaller model, or raise the memory limit.',
    needed,
    limit,
  });
}

function matricesOf({ updates }: Lora): TensorEntry[] {
  return Object.values(updates).flatMap((part) => [...part.values()].flatMap(({ down, up }) => [down, up]));
}

function floatsOf(tensors: readonly TensorEntry[]): number {
  return tensors.reduce((sum, { type, shape }) => {
    const copies = type === 'float32' ? COPIES_OF_FLOAT32_WEIGHTS : COPIES_OF_OTHER_WEIGHTS;
    return sum + copies * elementCount(shape);
  }, 0);
}

/** The most channels of an image of full size: AutoencoderKL's last level begins with those of the level before. */
function decoderChannels({ className, config }: ModelPart): number {
  if (className === 'AutoencoderTiny') return tinyDecoderChannels(config);
  return Math.max(...parseKlConfig(config).block_out_channels.slice(0, 2));
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;
