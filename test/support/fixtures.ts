import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { TensorValue } from '../../src/engine/runtime/tensor-value.ts';
import { readSafetensorsHeader, readTensor } from '../../src/engine/weights/safetensors.ts';
import type { TensorIndex } from '../../src/engine/weights/tensor-index.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The embedded model. */
export const POCKET = path.join(ROOT, 'models/pocket');

export const fixturePath = (...parts: string[]): string => path.join(ROOT, 'test/fixtures', ...parts);

/** The tensors of a fixture that an oracle wrote (scripts/oracle/). */
export function readFixture(...parts: string[]): Record<string, TensorValue> {
  const tensors = [...readSafetensorsHeader(fixturePath(...parts))].map(([name, entry]) => [name, readTensor(entry)]);
  return Object.fromEntries(tensors);
}

export interface ModelPart {
  readonly config: Record<string, unknown>;
  readonly weights: TensorIndex;
  readonly root: string;
}

/** One part of a model in diffusers layout, as the graph writers want it. */
export function readModelPart(root: string, stem: 'model' | 'diffusion_pytorch_model'): ModelPart {
  const config = JSON.parse(fs.readFileSync(path.join(root, 'config.json'), 'utf8')) as Record<string, unknown>;
  return { config, weights: readSafetensorsHeader(path.join(root, `${stem}.safetensors`)), root };
}

/** Prints the largest absolute difference, and fails where it isn't below `tolerance` or the tensors differ in kind. */
export function expectClose(
  what: string,
  got: TensorValue | undefined,
  expected: TensorValue | undefined,
  tolerance = 2e-5,
): void {
  if (!got || !expected) throw new Error(`${what}: nothing to compare`);
  expect(got.shape).toEqual(expected.shape);
  expect(got.type).toBe(expected.type);
  let largest = 0;
  got.data.forEach((value, i) => {
    const difference = Math.abs(Number(value) - Number(expected.data[i]));
    if (!(difference <= largest)) largest = difference; // NaN counts as the largest
  });
  console.info(`${what}: maximal difference ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(tolerance);
}
