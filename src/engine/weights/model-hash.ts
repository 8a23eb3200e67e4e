import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ModelFolder, ModelPart } from './model-folder.ts';

/** Says who wrote a config, not what the model does. */
const PROVENANCE = new Set(['_diffusers_version', '_name_or_path', 'transformers_version']);
/** In place of the name of a single-file checkpoint: people rename them. */
const SINGLE_FILE = 'checkpoint.safetensors';
/** What decides a prompt's tokens. */
const TOKENIZER_FILES = ['merges.txt', 'special_tokens_map.json', 'tokenizer_config.json', 'vocab.json'];

/**
 * A name for what a model draws: sha256, in hex, over the parts' configurations, the tokenizers' files and all bytes
 * of the weights. Two folders with the same parts have the same hash wherever they lie. The scheduler and the card
 * don't count: how the noise is walked may change from story to story, and what it was trained on is in the weights.
 * @param options.signal stops the reading, which takes some seconds for a large model
 */
export async function modelHash(model: ModelFolder, options: { signal?: AbortSignal } = {}): Promise<string> {
  const hash = createHash('sha256');
  const parts = [model.textEncoder, model.textEncoder2, model.unet, model.vae].filter((part) => part !== undefined);
  const isSingleFile = model.path !== model.dir;
  const read = new Set<string>();
  for (const part of parts) {
    addText(hash, `${part.name}/config.json`, canonicalJson(part.config, PROVENANCE));
    for (const file of weightFiles(part)) {
      if (read.has(file)) continue; // the parts of a checkpoint share one file
      read.add(file);
      const name = isSingleFile ? SINGLE_FILE : `${part.name}/${path.basename(file)}`;
      addHead(hash, name, fs.statSync(file).size);
      for await (const chunk of fs.createReadStream(file, { signal: options.signal })) hash.update(chunk);
    }
  }
  for (const [i, tokenizer] of [model.tokenizer, model.tokenizer2].entries()) {
    if (tokenizer === undefined) continue;
    const { folder, pad } = tokenizer;
    if (pad !== undefined) addText(hash, `tokenizer ${i + 1}, pad`, pad);
    for (const name of TOKENIZER_FILES) {
      const file = path.join(folder, name);
      if (fs.existsSync(file)) addText(hash, `${path.basename(folder)}/${name}`, fs.readFileSync(file, 'utf8'));
    }
  }
  return hash.digest('hex');
}

function weightFiles({ weights }: ModelPart): string[] {
  return [...new Set([...weights.values()].map(({ file }) => file))].sort();
}

/** Name and length come before the bytes, so that no two models run together to the same bytes. */
function addHead(hash: Hash, name: string, length: number): void {
  hash.update(`${name}\0${length}\0`);
}

function addText(hash: Hash, name: string, text: string): void {
  const bytes = Buffer.from(text);
  addHead(hash, name, bytes.length);
  hash.update(bytes);
}

/** JSON with sorted keys, so that the order and the spaces of a config file don't matter. */
function canonicalJson(value: unknown, without: ReadonlySet<string>): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(([name]) => !without.has(name));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
