import { klLatentSpace, parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyLatentSpace } from '../graph/autoencoder-tiny.ts';
import type { AutoencoderGraph, LatentSpace } from '../graph/latent-space.ts';
import type { RasterImage } from '../raster-image.ts';
import type { OnnxSession } from '../runtime/onnx-session.ts';
import { float32Tensor } from '../runtime/tensor-value.ts';
import type { ModelPart } from '../weights/model-folder.ts';

const CHANNELS = 3;

/** The latents of a model's autoencoder, by its config alone. */
export function latentSpaceOf({ className, config }: ModelPart): LatentSpace {
  return className === 'AutoencoderTiny' ? tinyLatentSpace(config) : klLatentSpace(parseKlConfig(config));
}

/** Latents [C, H, W] as the U-Net knows them -> a picture. One at a time: decoding is what takes the most memory. */
export async function decodeImage(
  session: OnnxSession,
  { latents: space }: AutoencoderGraph,
  latents: Float32Array,
  size: { readonly width: number; readonly height: number },
): Promise<RasterImage> {
  const pixels = latents.length / space.channels;
  const { statistics, scalingFactor, shift } = space;
  const unscaled = latents.map((value, i) => {
    const channel = Math.floor(i / pixels);
    if (!statistics) return value / scalingFactor + shift;
    const [mean, deviation] = [statistics.mean[channel] as number, statistics.standardDeviation[channel] as number];
    return (value * deviation) / scalingFactor + mean;
  });
  const [height, width] = [size.height / space.downscale, size.width / space.downscale];
  const result = await session.run({ latents: float32Tensor(unscaled, [1, space.channels, height, width]) }, [
    'sample',
  ]);
  return toRgb(result.sample?.data as Float32Array, size.width, size.height);
}

/** [3, H, W] in [-1, 1] -> bytes, rounded as diffusers does */
function toRgb(sample: Float32Array, width: number, height: number): RasterImage {
  const area = width * height;
  const rgb = new Uint8Array(area * CHANNELS);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = (sample[channel * area + i] as number) / 2 + 0.5;
      rgb[i * CHANNELS + channel] = Math.round(Math.min(1, Math.max(0, value)) * 255);
    }
  }
  return { width, height, rgb };
}
