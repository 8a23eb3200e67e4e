import fs from 'node:fs';
import path from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import type { StoredTensor } from '../../src/engine/weights/tensor-data.ts';
import { fixturePath, POCKET } from './fixtures.ts';

/** The pocket's tokenizer. */
const VOCABULARY = JSON.parse(fs.readFileSync(path.join(POCKET, 'tokenizer/vocab.json'), 'utf8')) as Record<
  string,
  number
>;
/** Tokens of a text (scripts/oracle/clip_vision.py). */
const TOKENS = 11;
const EMBEDDING = 'text_model.embeddings.token_embedding.weight';

/**
 * The oracle's tiny random CLIP as a repository has it, with the pocket's tokenizer: its tokens have the oracle's random
 * embeddings, again from the first where these end.
 */
export function copyTinyClip(folder: string): string {
  fs.mkdirSync(folder, { recursive: true });
  fs.cpSync(path.join(POCKET, 'tokenizer'), folder, { recursive: true });
  const { tensors } = decodeSafetensors(fs.readFileSync(fixturePath('clip/model.safetensors')));
  const few = tensors.get(EMBEDDING) as StoredTensor;
  const [tokens = 0, width = 0] = few.shape;
  const words = Object.keys(VOCABULARY).length;
  const data = new (few.data.constructor as Uint16ArrayConstructor)(words * width);
  for (let i = 0; i < data.length; i++) data[i] = few.data[i % (tokens * width)] as number;
  const all = { ...Object.fromEntries(tensors), [EMBEDDING]: { ...few, shape: [words, width], data } };
  fs.writeFileSync(path.join(folder, 'model.safetensors'), encodeSafetensors(all));
  const config = JSON.parse(fs.readFileSync(fixturePath('clip/config.json'), 'utf8'));
  const eos = VOCABULARY['<|endoftext|>'];
  config.text_config = { ...config.text_config, vocab_size: words, eos_token_id: eos };
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const tokenizer = path.join(folder, 'tokenizer_config.json');
  const own = JSON.parse(fs.readFileSync(tokenizer, 'utf8')) as object;
  fs.writeFileSync(tokenizer, JSON.stringify({ ...own, model_max_length: TOKENS }));
  return folder;
}
