import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodePicture, encodeWebp, resample } from '../../render/canvas.ts';

/** 1 to 100: drawings keep their outlines, and the report stays below 3 MB */
const QUALITY = 80;
const MAX_WIDTH = 900;

export interface InlinePicture {
  readonly width: number;
  readonly height: number;
  /** a `data:` address */
  readonly source: string;
}

/**
 * A picture file as WebP within the page. Throws what sharp throws on other bytes.
 * @returns undefined if there is no such file
 */
export async function inlinePicture(file: string): Promise<InlinePicture | undefined> {
  if (!existsSync(file)) return undefined;
  const image = await decodePicture(await readFile(file));
  const width = Math.min(MAX_WIDTH, image.width);
  const height = Math.round((image.height * width) / image.width);
  const webp = await encodeWebp(await resample(image, width, height), QUALITY);
  return { width, height, source: `data:image/webp;base64,${webp.toString('base64')}` };
}
