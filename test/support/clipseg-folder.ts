import fs from 'node:fs';
import path from 'node:path';
import { fixturePath, POCKET } from './fixtures.ts';

/** Tokens of a phrase (scripts/oracle/clipseg.py). */
const TOKENS = 12;
/** Cells of a side of its maps. */
export const TINY_MAP_SIDE = 80;

/** The oracle's tiny random CLIPSeg, as a repository has it, with the tokenizer that it was made for: the pocket's. */
export function copyTinyClipSeg(folder: string): string {
  fs.mkdirSync(folder, { recursive: true });
  for (const file of ['config.json', 'preprocessor_config.json', 'model.safetensors']) {
    fs.copyFileSync(fixturePath('clipseg', 'refined', file), path.join(folder, file));
  }
  fs.cpSync(path.join(POCKET, 'tokenizer'), folder, { recursive: true });
  const tokenizer = path.join(folder, 'tokenizer_config.json');
  const config = JSON.parse(fs.readFileSync(tokenizer, 'utf8')) as object;
  fs.writeFileSync(tokenizer, JSON.stringify({ ...config, model_max_length: TOKENS }));
  return folder;
}
