import { parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyDecoderChannels } from '../graph/autoencoder-tiny.ts';
import type { ModelPart } from '../weights/model-folder.ts';
import { latentSpaceOf } from './image-codec.ts';
import type { PictureSize } from './unet-session.ts';

/** What an autoencoder takes in memory while it works, its weights aside; and the largest piece of a picture that fits. */

type Autoencoder = Pick<ModelPart, 'className' | 'config'>;

const BYTES_PER_FLOAT = 4;
/**
 * Floats alive at once, per pixel and channel at full size. Of AutoencoderKL at SDXL's size 4.1 were measured at 512 and
 * 1024 pixels, decoding and encoding, beside what loading had left free (docs/models.md, "Large pictures").
 */
const FLOATS = { AutoencoderKL: 4.5, AutoencoderTiny: 5.5 } as const;
const floatsOf = ({ className }: Autoencoder): number =>
  className === 'AutoencoderTiny' ? FLOATS.AutoencoderTiny : FLOATS.AutoencoderKL;

/** Bytes of the decoder's activations for one picture, or one tile of it, of so many pixels. */
export function decoderActivationBytes(vae: Autoencoder, { width, height }: PictureSize): number {
  return width * height * decoderChannels(vae) * floatsOf(vae) * BYTES_PER_FLOAT;
}

/** Likewise of the encoder's. */
export function encoderActivationBytes(vae: Autoencoder, { width, height }: PictureSize): number {
  return width * height * encoderChannels(vae) * floatsOf(vae) * BYTES_PER_FLOAT;
}

/**
 * Sides of tiles to choose from, in latents, largest first. Each is a multiple of four, so that a quarter of it is
 * whole. The smallest is what a model sees of 256 pixels: over less, the statistics of its norms are too far from those
 * of the whole picture (docs/models.md, "Large pictures").
 */
const TILE_SIDES = [128, 96, 64, 48, 32] as const;

/**
 * How much of a picture of `size` the autoencoder takes at once, so that it needs at most `bytes`: all of it where that
 * fits, the size of overlapping tiles otherwise; of the smallest tiles if even these don't fit.
 * @param activationBytes of the decoder, or of the encoder
 */
export function pieceThatFits(
  vae: Autoencoder,
  size: PictureSize,
  bytes: number,
  activationBytes: typeof decoderActivationBytes = decoderActivationBytes,
): PictureSize {
  if (activationBytes(vae, size) <= bytes) return size;
  const pieces = TILE_SIDES.map((side) => pieceOf(vae, size, side));
  return pieces.find((piece) => activationBytes(vae, piece) <= bytes) ?? leastPiece(vae, size);
}

/** The smallest tile of a picture. */
export function leastPiece(vae: Autoencoder, size: PictureSize): PictureSize {
  return pieceOf(vae, size, TILE_SIDES.at(-1) as number);
}

function pieceOf(vae: Autoencoder, { width, height }: PictureSize, side: number): PictureSize {
  const { downscale } = latentSpaceOf(vae);
  return { width: Math.min(width, side * downscale), height: Math.min(height, side * downscale) };
}

/** The most channels of an image of full size: AutoencoderKL's last level begins with those of the level before. */
function decoderChannels({ className, config }: Autoencoder): number {
  if (className === 'AutoencoderTiny') return tinyDecoderChannels(config);
  return Math.max(...parseKlConfig(config).block_out_channels.slice(0, 2));
}

/** The encoder's first level goes over to the second's channels only after the picture is halved. */
function encoderChannels({ className, config }: Autoencoder): number {
  if (className === 'AutoencoderTiny') return tinyDecoderChannels(config);
  return parseKlConfig(config).block_out_channels[0] as number;
}
