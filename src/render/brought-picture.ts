import type { RasterImage } from '../engine/raster-image.ts';
import { UserError } from '../errors/user-error.ts';
import { decodeCovering, type PictureHeader, readHeader } from './canvas.ts';
import { isAnimatedPng } from './png-chunks.ts';

const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'];
/** Pixels; below that a model sees no more than a blot. */
const SMALLEST_SIDE = 64;
/** A large camera's picture; decoded it takes 60 MB. */
const MOST_MEGAPIXELS = 20;
const MEGAPIXEL = 1e6;

/**
 * A picture that somebody brought, as a model of this size takes it: upright, its centre, on white where it is
 * transparent. Trusts nothing in it, and looks at its header before anything is decoded.
 * @throws UserError `picture-unreadable`, `picture-animated`, `picture-too-small`, `picture-too-large`
 */
export async function readBroughtPicture(
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<RasterImage> {
  const header = await readHeader(bytes).catch(unreadable);
  if (!FORMATS.includes(header.format)) unreadable(header.format);
  refuseAnimated(bytes, header);
  refuseSize(header);
  return decodeCovering(bytes, width, height).catch(unreadable);
}

function unreadable(cause: unknown): never {
  const got = typeof cause === 'string' ? `a file of the kind ${cause}` : 'bytes that are none, or a damaged one';
  throw new UserError(
    'picture-unreadable',
    { expected: 'a PNG, JPEG or WebP', got, todo: 'Attach another picture.' },
    { cause },
  );
}

function refuseAnimated(bytes: Uint8Array, { format, frames }: PictureHeader): void {
  if (frames === 1 && !(format === 'png' && isAnimatedPng(bytes))) return;
  throw new UserError('picture-animated', {
    expected: 'a picture that stands still',
    got: 'an animation',
    todo: 'Attach one of its frames.',
  });
}

function refuseSize({ width, height }: PictureHeader): void {
  if (Math.min(width, height) < SMALLEST_SIDE) {
    throw new UserError('picture-too-small', {
      expected: `a picture of at least ${SMALLEST_SIDE} x ${SMALLEST_SIDE} pixels`,
      got: `${width} x ${height}`,
      todo: 'Attach a larger one.',
      least: `${SMALLEST_SIDE} × ${SMALLEST_SIDE}`,
    });
  }
  if (width * height > MOST_MEGAPIXELS * MEGAPIXEL) {
    throw new UserError('picture-too-large', {
      expected: `a picture of at most ${MOST_MEGAPIXELS} megapixels`,
      got: `${width} x ${height}`,
      todo: 'Make it smaller.',
      most: `${MOST_MEGAPIXELS} MP`,
    });
  }
}
