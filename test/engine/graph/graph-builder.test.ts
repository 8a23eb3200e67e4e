import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import type { TensorEntry } from '../../../src/engine/weights/tensor-index.ts';
import { bytesOf, textsOf } from '../../support/read-protobuf.ts';
import { refusal } from '../../support/refusal.ts';

const ROOT = path.resolve('/models/tiny');
const entry = (shape: readonly number[], more: Partial<TensorEntry> = {}): TensorEntry => ({
  type: 'float32',
  shape,
  file: path.join(ROOT, 'unet', 'weights.safetensors'),
  offset: 1000,
  length: 4 * shape.reduce((a, b) => a * b, 1),
  ...more,
});
const graph = (weights: Record<string, TensorEntry> = {}, compute: 'float32' | 'float16' = 'float32') =>
  new Graph({ compute, root: ROOT, weights: new Map(Object.entries(weights)) });

/** initializers by name: their external data */
function external(model: Uint8Array): Record<string, Record<string, string>> {
  const tensors = bytesOf(bytesOf(model, 7)[0] as Uint8Array, 5);
  return Object.fromEntries(
    tensors.map((tensor) => [
      textsOf(tensor, 8)[0] as string,
      Object.fromEntries(bytesOf(tensor, 13).map((pair) => [textsOf(pair, 1)[0], textsOf(pair, 2)[0]])),
    ]),
  );
}
const operators = (model: Uint8Array) =>
  bytesOf(bytesOf(model, 7)[0] as Uint8Array, 1).flatMap((node) => textsOf(node, 4));

describe('given weights', () => {
  it('then they are read in place, relative to the model folder, and rows as a stretch of them', () => {
    const g = graph({ w: entry([6, 5]) });
    g.weight('w', { rows: [2, 6] });
    g.weight('w');
    expect(Object.values(external(g.encode()))).toEqual([
      { location: 'unet/weights.safetensors', offset: String(1000 + 2 * 20), length: '80' },
      { location: 'unet/weights.safetensors', offset: '1000', length: '120' },
    ]);
  });

  it('then one that is used twice is one initializer, and is cast once', () => {
    const g = graph({ w: entry([2, 2], { type: 'float16', length: 8 }) });
    expect(g.weight('w')).toEqual(g.weight('w'));
    expect(g.weight('w')).toMatchObject({ type: 'float32', shape: [2, 2] });
    expect(g.weight('w', { asStored: true })).toMatchObject({ type: 'float16' });
    const model = g.encode();
    expect(operators(model)).toEqual(['Cast']);
    expect(Object.keys(external(model))).toEqual(['w']);
  });

  it('then what is made of weights alone comes before the layers, which keep their order', () => {
    const g = graph({ w: entry([2, 2], { type: 'float16', length: 8 }), v: entry([2, 2]) });
    const x = g.silu(g.input('x', 'float32', ['rows', 2]));
    g.output('y', g.gemm(g.gemm(x, g.weight('v')), g.transpose(g.weight('w'), [1, 0])));
    expect(operators(g.encode())).toEqual(['Cast', 'Transpose', 'QuickGelu', 'Gemm', 'Gemm', 'Identity']);
  });

  it('then one that is missing is refused by name', () => {
    const { code, context } = refusal(() => graph({ w: entry([2]) }).weight('v'));
    expect([code, context.tensor]).toEqual(['tensor-missing', 'v']);
  });

  it.each([
    ['a view of another size', { shape: [5] }],
    ['rows beyond its end', { rows: [0, 7] as const }],
    ['rows before its beginning', { rows: [-1, 2] as const }],
    ['no rows', { rows: [3, 3] as const }],
    ['half a row', { rows: [0, 1.5] as const }],
  ])('then %s is refused, for other bytes lie there', (_, view) => {
    expect(refusal(() => graph({ w: entry([6]) }).weight('w', view)).code).toBe('tensor-shape');
  });

  it('then those without a place in the graph are refused, and told', () => {
    const g = graph({ a: entry([1]), b: entry([1]), position_ids: entry([1]) });
    g.weight('a');
    const { code, context } = refusal(() => g.encode({ mayIgnore: (name) => name === 'position_ids' }));
    expect([code, context.tensors]).toEqual(['tensors-unused', ['b']]);
  });
});

describe('given constants', () => {
  it('then equal ones are one', () => {
    const g = graph();
    expect(g.ints([1, 2])).toBe(g.ints([1, 2]));
    expect(g.scalar(0.5)).toBe(g.scalar(0.5));
    expect(g.ints(3).shape).toEqual([]);
    expect(g.ints([3]).shape).toEqual([1]);
    expect(g.ints(3).name).not.toBe(g.ints([3]).name);
  });

  it('then one whose values do not fill its shape is refused', () => {
    expect(() => graph().floats([1, 2, 3], [2, 2])).toThrow(/3 values.*\[2, 2\]/);
  });
});

describe('given parts of a model', () => {
  it('then nodes carry their path, also after a part that failed', () => {
    const g = graph();
    const x = g.input('x', 'float32', [2]);
    expect(() =>
      g.within('broken', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(g.within('a', () => g.within('b', () => g.silu(x))).name).toMatch(/^a\/b\/QuickGelu/);
    expect(g.silu(x).name).toMatch(/^QuickGelu/);
  });
});
