import path from 'node:path';
import { expect } from 'vitest';
import { buildUnet, type UNetGraph } from '../../src/engine/graph/unet/unet.ts';
import { float32Tensor, int64Tensor, type TensorValue } from '../../src/engine/runtime/tensor-value.ts';
import { fixturePath, POCKET, readModelPart } from './fixtures.ts';
import { runGraph } from './run-graph.ts';

export { modelInputs, nothingShared } from '../../src/gpu-check/unet-checks.ts';

export type Tensors = Readonly<Record<string, TensorValue>>;

export function tensor(tensors: Tensors, name: string): TensorValue {
  const value = tensors[name];
  if (!value) throw new Error(`the fixture has no ${name}: ${Object.keys(tensors).join(', ')}`);
  return value;
}

export interface FixtureUnet extends UNetGraph {
  readonly run: (feeds: Tensors, outputs?: readonly string[]) => Promise<Tensors>;
}

/** What a graph is built for: height and width of the latents, tokens of the text. */
export interface Sizes {
  readonly height: number;
  readonly width: number;
  readonly tokens: number;
}

export function sizesOf(fixture: Tensors): Sizes {
  const [, , height, width] = tensor(fixture, 'sample').shape as [number, number, number, number];
  return { height, width, tokens: tensor(fixture, 'encoder_hidden_states').shape[1] as number };
}

/** The graph of a fixture's model or of the pocket model. */
export function fixtureUnet(model: string, sizes: Sizes, maskResolution?: number): FixtureUnet {
  const root = model === 'pocket' ? path.join(POCKET, 'unet') : fixturePath('unet', model);
  const graph = buildUnet({
    ...readModelPart(root, 'diffusion_pytorch_model'),
    compute: 'float32',
    ...sizes,
    ...(maskResolution === undefined ? {} : { maskResolution }),
  });
  return { ...graph, run: (feeds, outputs) => runGraph(graph.model, root, feeds, outputs) };
}

/** The greatest absolute difference of two float tensors, which have to be of one shape; NaN if either has one. */
export function maximalDifference(actual: TensorValue | undefined, wanted: TensorValue): number {
  expect(actual?.shape).toEqual(wanted.shape);
  const a = actual?.data as Float32Array;
  const b = wanted.data as Float32Array;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

/** Rows of a tensor [B, ...] in another order (or some of them, or some repeatedly). */
export function takeRows({ type, shape, data }: TensorValue, rows: readonly number[]): TensorValue {
  const size = data.length / (shape[0] as number);
  const taken = rows.flatMap((row) => [...data.subarray(row * size, (row + 1) * size)]);
  const into = [rows.length, ...shape.slice(1)];
  if (type === 'float32') return float32Tensor(Float32Array.from(taken as number[]), into);
  return int64Tensor(taken.map(Number), into);
}

export const takeRowsOfAll = (tensors: Tensors, rows: readonly number[]): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, takeRows(value, rows)]));
