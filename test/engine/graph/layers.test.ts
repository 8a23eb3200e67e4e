import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { embedding, groupNorm } from '../../../src/engine/graph/layers.ts';
import { float32Tensor, int64Tensor } from '../../../src/engine/runtime/tensor-value.ts';
import { encodeSafetensors, readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts';
import { expectClose } from '../../support/fixtures.ts';
import { runGraph } from '../../support/run-graph.ts';

const CHANNELS = 4;
const GROUPS = 2;
const EPSILON = 1e-5;
const SCALE = [0.5, 1, -2, 3];
const SHIFT = [0, 1, 0.25, -1];

let folder: string;
const weights = () => readSafetensorsHeader(path.join(folder, 'model.safetensors'));

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-layers-'));
  const file = encodeSafetensors({
    'norm.weight': { type: 'float32', shape: [CHANNELS], data: Float32Array.from(SCALE) },
    'norm.bias': { type: 'float32', shape: [CHANNELS], data: Float32Array.from(SHIFT) },
    'table.weight': { type: 'float16', shape: [3, 2], data: Uint16Array.of(0x3c00, 0, 0x4000, 0x3800, 0, 0xbc00) },
  });
  fs.writeFileSync(path.join(folder, 'model.safetensors'), file);
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

/** GroupNorm of one picture in float64, from its definition. */
function groupNormInDouble(x: Float32Array): Float32Array {
  const size = x.length / GROUPS;
  return x.map((value, i) => {
    const channel = Math.floor((i * CHANNELS) / x.length);
    const { mean, deviation } = momentsOf(x, Math.floor(i / size), size);
    return ((value - mean) / deviation) * (SCALE[channel] as number) + (SHIFT[channel] as number);
  });
}

const moments = new WeakMap<Float32Array, { mean: number; deviation: number }[]>();
function momentsOf(x: Float32Array, group: number, size: number): { mean: number; deviation: number } {
  let known = moments.get(x);
  if (!known) {
    known = Array.from({ length: GROUPS }, (_, at) => {
      let sum = 0;
      for (let i = at * size; i < (at + 1) * size; i++) sum += x[i] as number;
      const mean = sum / size;
      let squares = 0;
      for (let i = at * size; i < (at + 1) * size; i++) squares += ((x[i] as number) - mean) ** 2;
      return { mean, deviation: Math.sqrt(squares / size + EPSILON) };
    });
    moments.set(x, known);
  }
  return known[group] as { mean: number; deviation: number };
}

describe('groupNorm', () => {
  it.each([
    // far from zero, a mean square minus a squared mean in float32 would be off by more than the tolerance
    ['a group above the limit of one float32 sum', 512, 512, 20],
    ['a small group', 8, 12, 1],
  ])('given %s, then it agrees with the definition in float64', async (what, height, width, offset) => {
    const g = new Graph({ compute: 'float32', weights: weights(), root: folder });
    const x = g.input('x', 'float32', ['batch', CHANNELS, height, width]);
    g.output('y', groupNorm(g, x, 'norm', GROUPS, EPSILON));
    const data = Float32Array.from(
      { length: CHANNELS * height * width },
      (_, i) => offset + Math.sin(i * 0.37) + Math.cos(i * i * 1e-3),
    );
    const model = g.encode({ mayIgnore: (name) => name.startsWith('table.') });
    const got = await runGraph(model, folder, { x: float32Tensor(data, [1, CHANNELS, height, width]) });
    expectClose(`groupNorm of ${what}`, got.y, float32Tensor(groupNormInDouble(data), [1, CHANNELS, height, width]));
  });
});

describe('embedding', () => {
  it('given a table in float16, then its rows are looked up and then widened', async () => {
    const g = new Graph({ compute: 'float32', weights: weights(), root: folder });
    g.output('y', embedding(g, g.input('ids', 'int64', ['count']), 'table'));
    const model = g.encode({ mayIgnore: (name) => name.startsWith('norm.') });
    const got = await runGraph(model, folder, { ids: int64Tensor([2, 0, 1, 2]) });
    expectClose('embedding', got.y, float32Tensor(Float32Array.of(0, -1, 1, 0, 2, 0.5, 0, -1), [4, 2]), 1e-9);
  });
});
