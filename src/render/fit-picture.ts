import { decodePicture, encodeWebp, resample } from './canvas.ts';

export interface FittedPicture {
  readonly bytes: Buffer;
  readonly ending: 'png' | 'webp';
}

/** WebP's quality, from hardly visible loss down to visible; below that a smaller picture looks better. */
const QUALITIES = [95, 85, 75];
/** Each round halves the pixels. */
const SHRINK = Math.SQRT1_2;
const SMALLEST_SIDE = 64;

/**
 * A PNG that is small enough to be uploaded: as it is, else as WebP, else smaller.
 * @throws RangeError if nothing of it fits
 */
export async function fitPicture(png: Buffer, maxBytes: number): Promise<FittedPicture> {
  if (png.byteLength <= maxBytes) return { bytes: png, ending: 'png' };
  let image = await decodePicture(png);
  while (Math.min(image.width, image.height) >= SMALLEST_SIDE) {
    for (const quality of QUALITIES) {
      const bytes = await encodeWebp(image, quality);
      if (bytes.byteLength <= maxBytes) return { bytes, ending: 'webp' };
    }
    image = await resample(image, Math.round(image.width * SHRINK), Math.round(image.height * SHRINK));
  }
  throw new RangeError(`no picture fits into ${maxBytes} bytes`);
}
