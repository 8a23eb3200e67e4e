import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { UserError } from '../../errors/user-error.ts';

/** A LoRA that a story is drawn with. */
export interface WeightedLora {
  readonly file: string;
  /** for people */
  readonly name: string;
  /** sha256 of the file, in hex */
  readonly hash: string;
  readonly weight: number;
}

const SHOWN_DIGITS = 12;

/** sha256 of a LoRA's file, in hex. */
export async function loraHash(file: string, options: { signal?: AbortSignal } = {}): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file, { signal: options.signal })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * LoRAs in an order that doesn't depend on how they were named: sums round, and a story should not change with the
 * order on the command line. Those of weight 0 are left out.
 * @throws UserError `lora-twice`
 */
export function inOrder(loras: readonly WeightedLora[]): WeightedLora[] {
  const byHash = new Map<string, WeightedLora>();
  for (const lora of loras) {
    const other = byHash.get(lora.hash);
    if (other) {
      throw new UserError('lora-twice', {
        expected: 'each LoRA once',
        got: other.file === lora.file ? `${lora.file} twice` : `${other.file} and ${lora.file}, which are the same`,
        todo: 'Give it once, with the sum of the weights.',
        file: lora.file,
      });
    }
    byHash.set(lora.hash, lora);
  }
  return [...byHash.values()].filter(({ weight }) => weight !== 0).sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

/**
 * The name and hash of a model as LoRAs change it: another model, as far as a canon is concerned. Without any it is
 * the model's own.
 * @param loras in order (`inOrder`)
 */
export function adaptedIdentity(
  model: { readonly name: string; readonly hash: string },
  loras: readonly WeightedLora[],
): { readonly name: string; readonly hash: string } {
  if (loras.length === 0) return model;
  const hash = createHash('sha256').update(`model with LoRAs\0${model.hash}\0`);
  for (const lora of loras) hash.update(`${lora.hash}\0${lora.weight}\0`);
  return { name: [model.name, ...loras.map(describeLora)].join(' + '), hash: hash.digest('hex') };
}

/** `noir (1a2b3c4d5e6f) at 0.8` */
export function describeLora({ name, hash, weight }: WeightedLora): string {
  return `${name} (${hash.slice(0, SHOWN_DIGITS)}) at ${weight}`;
}
