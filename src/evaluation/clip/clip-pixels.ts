import type { RasterImage } from '../../engine/raster-image.ts';
import { float32Tensor, type TensorOf } from '../../engine/runtime/tensor-value.ts';
import { resample } from '../../render/canvas.ts';

const CHANNELS = 3;
/** of the pictures that CLIP was trained on (openai/CLIP, clip.py) */
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];

/**
 * The middle square of a picture as CLIP takes it: [1, 3, size, size], normalised. CLIP's own preparation scales with
 * bicubic interpolation, ours with a kernel that is a little sharper; embeddings move by far less than between pictures.
 */
export async function clipPixels(picture: RasterImage, size: number): Promise<TensorOf<'float32'>> {
  const { rgb } = await resample(middleSquare(picture), size, size);
  const area = size * size;
  const pixels = new Float32Array(CHANNELS * area);
  for (const [i, value] of rgb.entries()) {
    const channel = i % CHANNELS;
    const normal = (value / 255 - (MEAN[channel] as number)) / (DEVIATION[channel] as number);
    pixels[channel * area + (i - channel) / CHANNELS] = normal;
  }
  return float32Tensor(pixels, [1, CHANNELS, size, size]);
}

function middleSquare({ width, height, rgb }: RasterImage): RasterImage {
  const side = Math.min(width, height);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const square = new Uint8Array(side * side * CHANNELS);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * CHANNELS;
    square.set(rgb.subarray(from, from + side * CHANNELS), y * side * CHANNELS);
  }
  return { width: side, height: side, rgb: square };
}
