import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { normalNoise, randomStream } from '../../src/engine/random/random-stream.ts';
import { adaptedWeights } from '../../src/engine/weights/lora-targets.ts';
import type { ModelFolder } from '../../src/engine/weights/model-folder.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import type { StoredTensor } from '../../src/engine/weights/tensor-data.ts';

/** A folder that isn't there. */
export const NO_LORAS = path.join(os.tmpdir(), 'troupe-no-loras');

const PREFIXES = { unet: 'lora_unet', text_encoder: 'lora_te1', text_encoder_2: 'lora_te2' } as const;
const RANK = 2;

export interface ToyLora {
  readonly seed?: bigint;
  /** standard deviation of both matrices */
  readonly deviation?: number;
  /** modules whose name matches; by default the cross-attention of the U-Net and the encoders' MLPs */
  readonly modules?: RegExp;
}

/** A LoRA of low-rank noise in kohya's format: it teaches nothing, and changes every picture. */
export function toyLora(
  model: ModelFolder,
  { seed = 1n, deviation = 0.15, modules = /\.attn2\.|\.mlp\./u }: ToyLora = {},
): Record<string, StoredTensor> {
  const tensors: Record<string, StoredTensor> = {};
  let panel = 0;
  for (const [part, weights] of Object.entries(adaptedWeights(model))) {
    for (const [name, { shape }] of weights) {
      const [out, into] = shape as [number, number];
      if (shape.length !== 2 || !name.endsWith('.weight') || !modules.test(name)) continue;
      const module = `${PREFIXES[part as keyof typeof PREFIXES]}_${name.slice(0, -'.weight'.length).replaceAll('.', '_')}`;
      const noise = (count: number) =>
        normalNoise(randomStream({ seed, purpose: 'probe', panel: panel++ }), count).map((x) => x * deviation);
      tensors[`${module}.lora_down.weight`] = { type: 'float32', shape: [RANK, into], data: noise(RANK * into) };
      tensors[`${module}.lora_up.weight`] = { type: 'float32', shape: [out, RANK], data: noise(out * RANK) };
      tensors[`${module}.alpha`] = { type: 'float32', shape: [], data: Float32Array.of(RANK) };
    }
  }
  return tensors;
}

export function writeTensors(
  file: string,
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata?: Readonly<Record<string, string>>,
): string {
  fs.writeFileSync(file, encodeSafetensors(tensors, metadata));
  return file;
}
