import { z } from 'zod';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { TensorOf } from '../../engine/runtime/tensor-value.ts';
import { normalPixels } from '../pictures/normal-pixels.ts';
import { pillowResize } from '../pictures/pillow-resize.ts';

/** Kernels by their numbers (PIL.Image.Resampling). */
const RESAMPLING = { 2: 'bilinear', 3: 'bicubic' } as const;
const RGB = z.tuple([z.number(), z.number(), z.number()]);
const SIDE = z.int().positive();
const SQUARE = z
  .object({ height: SIDE, width: SIDE })
  .refine(({ height, width }) => height === width, 'is not a square')
  .transform(({ height }) => height);

/**
 * A preprocessor_config.json as CLIPSeg's processor (transformers' ViTImageProcessor) writes it. What it says has no
 * default here: the published one differs from the processor's own.
 */
export const PREPARATION = z.object({
  do_normalize: z.literal(true),
  do_rescale: z.literal(true).optional(), // files of old versions don't speak of it
  do_resize: z.literal(true),
  image_mean: RGB,
  image_std: RGB,
  resample: z.literal([2, 3]).transform((number) => RESAMPLING[number]),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, 'is not 1/255')
    .optional(),
  size: z.union([SIDE, SQUARE]),
});

export type Preparation = z.output<typeof PREPARATION>;

/** The whole picture as CLIPSeg takes it, made a square whatever its shape: [1, 3, size, size], normalised. */
export function clipSegPixels(picture: RasterImage, preparation: Preparation): TensorOf<'float32'> {
  const { size, image_mean: mean, image_std: deviation, resample } = preparation;
  return normalPixels(pillowResize(picture, size, size, resample), { mean, deviation });
}
