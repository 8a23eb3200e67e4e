import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../../src/files/write-atomically.ts';
import { decodePicture, encodePalettePng, encodePng, resample } from '../../src/render/canvas.ts';

const FOLDER = new URL('../../docs/pictures/', import.meta.url);
/** What a page with several pictures may weigh. */
const MAX_BYTES = 400_000;
/** A README is shown about 850 pixels wide; more is for sharp screens. */
const MAX_WIDTH = 1280;

/** Stores a picture for the documents, in 256 colours if it is too heavy otherwise. @throws Error if it is even so */
export async function savePicture(name: string, bytes: Uint8Array): Promise<void> {
  const original = await decodePicture(bytes);
  const width = Math.min(original.width, MAX_WIDTH);
  const image = await resample(original, width, Math.round((original.height * width) / original.width));
  const full = await encodePng(image);
  const png = full.byteLength > MAX_BYTES ? await encodePalettePng(image) : full;
  if (png.byteLength > MAX_BYTES) throw new Error(`${name} has ${png.byteLength} bytes, more than ${MAX_BYTES}`);
  await writeFileAtomically(fileURLToPath(new URL(name, FOLDER)), png);
  process.stdout.write(`docs/pictures/${name}: ${Math.ceil(png.byteLength / 1000)} kB\n`);
}
