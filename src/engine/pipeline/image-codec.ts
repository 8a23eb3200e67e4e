import { klLatentSpace, parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyLatentSpace } from '../graph/autoencoder-tiny.ts';
import type { AutoencoderGraph, LatentSpace } from '../graph/latent-space.ts';
import type { RasterImage } from '../raster-image.ts';
import type { OnnxSession, Runnable } from '../runtime/onnx-session.ts';
import { float32Tensor } from '../runtime/tensor-value.ts';
import type { ModelPart } from '../weights/model-folder.ts';
import { codeInTiles } from './tiled-coding.ts';

const CHANNELS = 3;

/** The latents of a model's autoencoder, by its config alone. */
export function latentSpaceOf({ className, config }: Pick<ModelPart, 'className' | 'config'>): LatentSpace {
  return className === 'AutoencoderTiny' ? tinyLatentSpace(config) : klLatentSpace(parseKlConfig(config));
}

/**
 * Latents [C, H, W] as the U-Net knows them -> a picture. One at a time: decoding is what takes the most memory; and in
 * tiles, if the picture is larger than what the graph was written for.
 */
export async function decodeImage(
  session: Runnable,
  { latents: space, input: tile }: AutoencoderGraph,
  latents: Float32Array,
  size: { readonly width: number; readonly height: number },
): Promise<RasterImage> {
  const whole = {
    height: size.height / space.downscale,
    width: size.width / space.downscale,
    data: toAutoencoder(latents, space),
  };
  const shape = [1, space.channels, tile.height, tile.width];
  const tiling = { tile, inputScale: 1, outputScale: space.downscale };
  const decoded = await codeInTiles(whole, tiling, async (part) => {
    const { sample } = await session.run({ latents: float32Tensor(part, shape) }, ['sample']);
    return sample?.data as Float32Array;
  });
  return toRgb(decoded, size.width, size.height);
}

/**
 * A picture -> its latents [C, H, W] as the U-Net knows them: the most probable ones, not a sample. In tiles, if the
 * picture is larger than what the graph was written for.
 */
export async function encodeImage(
  session: OnnxSession,
  { latents: space, input: tile }: AutoencoderGraph,
  { width, height, rgb }: RasterImage,
): Promise<Float32Array> {
  const output = session.outputNames.includes('mean') ? 'mean' : 'latents';
  const shape = [1, CHANNELS, tile.height, tile.width];
  const tiling = { tile, inputScale: space.downscale, outputScale: 1 };
  const encoded = await codeInTiles({ width, height, data: fromRgb(rgb) }, tiling, async (part) => {
    const result = await session.run({ sample: float32Tensor(part, shape) }, [output]);
    return result[output]?.data as Float32Array;
  });
  return fromAutoencoder(encoded, space);
}

/** Latents of the U-Net -> those of the autoencoder (see LatentSpace). */
function toAutoencoder(latents: Float32Array, space: LatentSpace): Float32Array {
  return perChannel(latents, space, (value, mean, deviation) => (value * deviation) / space.scalingFactor + mean);
}

function fromAutoencoder(latents: Float32Array, space: LatentSpace): Float32Array {
  return perChannel(latents, space, (value, mean, deviation) => ((value - mean) * space.scalingFactor) / deviation);
}

function perChannel(
  latents: Float32Array,
  { channels, shift, statistics }: LatentSpace,
  convert: (value: number, mean: number, deviation: number) => number,
): Float32Array {
  const area = latents.length / channels;
  return latents.map((value, i) => {
    const channel = Math.floor(i / area);
    return convert(value, statistics?.mean[channel] ?? shift, statistics?.standardDeviation[channel] ?? 1);
  });
}

/** bytes -> [3, H, W] in [-1, 1] */
function fromRgb(rgb: Uint8Array): Float32Array {
  const area = rgb.length / CHANNELS;
  const sample = new Float32Array(rgb.length);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      sample[channel * area + i] = ((rgb[i * CHANNELS + channel] as number) / 255) * 2 - 1;
    }
  }
  return sample;
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
