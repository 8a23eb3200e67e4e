import fs from 'node:fs';
import path from 'node:path';
import type { TensorValue } from '../engine/runtime/tensor-value.ts';
import { readSafetensorsHeader, readTensor } from '../engine/weights/safetensors.ts';
import type { TensorIndex } from '../engine/weights/tensor-index.ts';

/**
 * Tiny models and what diffusers and transformers make of them, in float64 (scripts/oracle/). They are part of the
 * repository, so whoever runs Troupe has them.
 */
const FIXTURES = path.resolve(import.meta.dirname, '../../test/fixtures');
/** The embedded model. */
export const POCKET = path.resolve(import.meta.dirname, '../../models/pocket');

/** by name */
export type Tensors = Record<string, TensorValue>;

export const fixturePath = (...parts: string[]): string => path.join(FIXTURES, ...parts);

export function readFixture(...parts: string[]): Tensors {
  const header = readSafetensorsHeader(path.join(FIXTURES, ...parts));
  return Object.fromEntries([...header].map(([name, entry]) => [name, readTensor(entry) as TensorValue]));
}

export function tensorOf(tensors: Tensors, name: string): TensorValue {
  const value = tensors[name];
  if (value === undefined) throw new Error(`no ${name} among ${Object.keys(tensors).join(', ')}`);
  return value;
}

/** One part of a model, as the graph writers want it. */
export interface GraphSource {
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: TensorIndex;
  readonly root: string;
}

export function readModelPart(root: string, stem: 'model' | 'diffusion_pytorch_model'): GraphSource {
  const config = JSON.parse(fs.readFileSync(path.join(root, 'config.json'), 'utf8')) as GraphSource['config'];
  return { config, weights: readSafetensorsHeader(path.join(root, `${stem}.safetensors`)), root };
}
