import { parseKlConfig } from '../graph/autoencoder-kl-config.ts';
import { tinyDecoderChannels } from '../graph/autoencoder-tiny.ts';
import type { ModelPart } from '../weights/model-folder.ts';
import { latentSpaceOf } from './image-codec.ts';
import { shortestTile, TILE_STEP } from './tile-axis.ts';
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
 * Latents along the smallest tile's sides, 256 pixels of most models: over less, the statistics of norms are too far from
 * those of the whole picture (docs/models.md, "Large pictures").
 */
const LEAST_TILE = 32;

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
  const longest = Math.max(size.width, size.height) / latentSpaceOf(vae).downscale;
  for (let most = longest - (longest % TILE_STEP); most > LEAST_TILE; most -= TILE_STEP) {
    const piece = pieceOf(vae, size, most);
    if (activationBytes(vae, piece) <= bytes) return piece;
  }
  return leastPiece(vae, size);
}

/** The smallest tile of a picture. */
export const leastPiece = (vae: Autoencoder, size: PictureSize): PictureSize => pieceOf(vae, size, LEAST_TILE);

/** A tile of at most so many latents a side, and no longer than as few tiles need. */
function pieceOf(vae: Autoencoder, { width, height }: PictureSize, most: number): PictureSize {
  const { downscale } = latentSpaceOf(vae);
  const side = (pixels: number) => shortestTile(pixels / downscale, most, LEAST_TILE) * downscale;
  return { width: side(width), height: side(height) };
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
