import fs from 'node:fs';
import path from 'node:path';
import { completeFolder, type TINY, tinyFamily, writeBoth } from './single-files.ts';

const TOKENIZER = path.resolve(import.meta.dirname, '../../assets/clip-tokenizer');

/**
 * A tiny model of random weights in diffusers layout, as somebody installs it.
 * @param card of its troupe.json
 */
export function installTiny(name: (typeof TINY)[number], folder: string, card: object): string {
  fs.mkdirSync(folder, { recursive: true });
  writeBoth(name, folder, `${folder}.safetensors`);
  completeFolder(folder, tinyFamily(name), TOKENIZER);
  fs.rmSync(`${folder}.safetensors`);
  fs.writeFileSync(path.join(folder, 'troupe.json'), JSON.stringify(card));
  return folder;
}
