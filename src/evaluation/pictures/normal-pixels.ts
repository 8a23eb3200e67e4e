import type { RasterImage } from '../../engine/raster-image.ts';
import { float32Tensor, type TensorOf } from '../../engine/runtime/tensor-value.ts';

const CHANNELS = 3;

/** Mean and deviation of the pictures that an encoder was trained on, by channel; white is 1. */
export interface PixelScale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** openai/CLIP, clip.py */
export const CLIP_SCALE: PixelScale = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  deviation: [0.26862954, 0.26130258, 0.27577711],
};

/** A picture as an encoder takes it: [1, 3, height, width], with mean 0 and deviation 1 over its training pictures. */
export function normalPixels({ width, height, rgb }: RasterImage, scale: PixelScale): TensorOf<'float32'> {
  const area = width * height;
  const pixels = new Float32Array(CHANNELS * area);
  for (const [i, value] of rgb.entries()) {
    const channel = i % CHANNELS;
    const [mean, deviation] = [scale.mean[channel] as number, scale.deviation[channel] as number];
    pixels[channel * area + (i - channel) / CHANNELS] = (value / 255 - mean) / deviation;
  }
  return float32Tensor(pixels, [1, CHANNELS, height, width]);
}
