import type { RasterImage } from '../../engine/raster-image.ts';
import type { TensorOf } from '../../engine/runtime/tensor-value.ts';
import { CLIP_SCALE, normalPixels } from '../pictures/normal-pixels.ts';
import { pillowResize } from '../pictures/pillow-resize.ts';

/** The middle square of a picture as CLIP's own preparation makes it: [1, 3, size, size], normalised. */
export const clipPixels = (picture: RasterImage, size: number): TensorOf<'float32'> =>
  normalPixels(pillowResize(middleSquare(picture), size, size, 'bicubic'), CLIP_SCALE);

const CHANNELS = 3;

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
