import type { TensorIndex } from '../weights/tensor-index.ts';
import type { ComputeType } from './element-type.ts';

/** What the writers of autoencoder graphs need. */
export interface AutoencoderOptions {
  /** parsed config.json */
  readonly config: unknown;
  /** of the whole autoencoder; a decoder leaves the encoder's alone and the other way round */
  readonly weights: TensorIndex;
  /** folder that the weights' files lie under */
  readonly root: string;
  readonly compute: ComputeType;
  /** of the graph's input: latents for a decoder, pixels for an encoder */
  readonly height: number;
  readonly width: number;
}

/**
 * How the U-Net's latents come from what the autoencoder's graphs take and give:
 * `unet = (autoencoder - shift) * scalingFactor`; or, where `statistics` are given,
 * `unet = (autoencoder - mean) * scalingFactor / standardDeviation` per channel.
 */
export interface LatentSpace {
  readonly channels: number;
  /** pixels per latent, along a side */
  readonly downscale: number;
  readonly scalingFactor: number;
  readonly shift: number;
  readonly statistics: { readonly mean: readonly number[]; readonly standardDeviation: readonly number[] } | undefined;
  /** half precision overflows in this autoencoder: build its graphs in float32 */
  readonly forceUpcast: boolean;
}

export const inputSize = ({ height, width }: AutoencoderOptions): AutoencoderGraph['input'] => ({ height, width });

export interface AutoencoderGraph {
  /** ModelProto */
  readonly model: Uint8Array;
  readonly latents: LatentSpace;
  /** sides of what it was written for: latents for a decoder, pixels for an encoder */
  readonly input: { readonly height: number; readonly width: number };
}
