import fs from 'node:fs';
import path from 'node:path';

/** Deeper than any part of a model: the files of `unet/`, `tokenizer_2/`. */
const LEVELS = 2;

/**
 * Tells whether a file, or what is in a folder, has been written anew: names, sizes and times, without reading a byte.
 * @returns undefined if there is nothing, or nothing that may be looked at
 */
export function fileStamp(place: string, levels = LEVELS): string | undefined {
  try {
    const found = fs.statSync(place);
    const own = `${found.size} ${found.mtimeMs}`;
    if (!found.isDirectory() || levels === 0) return own;
    const within = fs.readdirSync(place).map((name) => `${name}: ${fileStamp(path.join(place, name), levels - 1)}`);
    return [own, ...within.sort()].join('\n');
  } catch {
    // Gone in between, or forbidden: whoever opens it says why.
    return undefined;
  }
}
