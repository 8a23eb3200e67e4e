import { UserError } from '../../errors/user-error.ts';
import { parseUNetConfig } from '../graph/unet/unet-config.ts';
import type { ModelFolder, ModelPart } from '../weights/model-folder.ts';
import { latentSpaceOf } from './image-codec.ts';
import type { PictureSize } from './unet-session.ts';

const BYTES_PER_FLOAT = 4;
/** onnxruntime keeps weights as it reads them and once more in the layout its kernels want (design 2.1). */
const COPIES_OF_WEIGHTS = 2;
/** Node, onnxruntime and its code. */
const BASE = 150e6;
/**
 * Floats alive at once per latent pixel, image and channel of the first level: measured on the pocket model as peak
 * memory over batches of 2 to 12 images (docs/operations.md), rounded up.
 */
const FLOATS_PER_PIXEL_AND_CHANNEL = 24;
/** uncond and cond, and twice that while queries are blended */
const ROWS_PER_IMAGE = 4;

/** About how many bytes a story takes while it is drawn. */
export function estimateMemory(model: ModelFolder, size: PictureSize, panels: number): number {
  const parts = [model.textEncoder, model.textEncoder2, model.unet, model.vae];
  const weights = parts.reduce((sum, part) => sum + (part ? floatsIn(part) : 0), 0);
  const channels = parseUNetConfig(model.unet.config).levels[0]?.channels ?? 0;
  const { downscale } = latentSpaceOf(model.vae);
  const latents = (size.width / downscale) * (size.height / downscale);
  const activations = panels * ROWS_PER_IMAGE * latents * channels * FLOATS_PER_PIXEL_AND_CHANNEL;
  return BASE + BYTES_PER_FLOAT * (COPIES_OF_WEIGHTS * weights + activations);
}

/** @throws UserError `memory-limit` with the numbers, before anything is loaded */
export function assertFits(model: ModelFolder, size: PictureSize, panels: number, limit: number): void {
  const needed = estimateMemory(model, size, panels);
  if (needed <= limit) return;
  throw new UserError('memory-limit', {
    expected: `a story that needs at most ${gigabytes(limit)}`,
    got: `one of ${panels} panels of ${size.width} x ${size.height} pixels with ${model.card.name}, which needs about ${gigabytes(needed)}`,
    todo: 'Draw fewer or smaller panels, choose a smaller model, or raise the memory limit.',
    needed,
    limit,
  });
}

function floatsIn({ weights }: ModelPart): number {
  return [...weights.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
