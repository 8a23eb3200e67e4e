import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { float32Tensor, int64Tensor } from '../../../src/engine/runtime/tensor-value.ts';
import { runGraph } from '../../support/run-graph.ts';

const graph = () => {
  const g = new Graph({ compute: 'float32' });
  return {
    g,
    x: g.input('x', 'float32', ['batch', 4, 6]),
    y: g.input('y', 'float32', ['batch', 4, 5]),
    half: g.input('half', 'float16', ['batch', 4, 6]),
    picture: g.input('picture', 'float32', ['batch', 3, 8, 8]),
    ids: g.input('ids', 'int64', ['picks']),
    matrix: g.input('matrix', 'float32', [7, 6]),
    flags: g.input('flags', 'bool', ['batch', 4, 6]),
  };
};
type Operands = ReturnType<typeof graph>;

describe('given operands that do not fit, then the operator refuses them and names them', () => {
  it.each<[string, (operands: Operands) => unknown, RegExp]>([
    ['a sum of shapes that do not broadcast', ({ g, x, y }) => g.add(x, y), /broadcast/],
    ['a sum of two types', ({ g, x, half }) => g.add(x, half), /Add.*half float16/],
    ['a product of matrices of other inner sides', ({ g, x, y }) => g.matmul(x, y), /MatMul/],
    ['a product with a vector', ({ g, x, ids }) => g.matmul(x, ids), /MatMul|axis/],
    ['a Gemm of rank 3', ({ g, x, matrix }) => g.gemm(x, matrix), /Gemm/],
    ['a bias of another length', ({ g, matrix }) => g.gemm(matrix, matrix, g.floats([1], [1])), /Gemm bias/],
    [
      'a convolution of other channels',
      ({ g, picture }) => g.conv(picture, g.floats(new Float32Array(18), [1, 2, 3, 3]), undefined),
      /Conv/,
    ],
    ['a choice by numbers', ({ g, x }) => g.where(x, x, x), /Where/],
    ['a choice between types', ({ g, flags, x, half }) => g.where(flags, x, half), /Where/],
    [
      'attention to keys of another batch',
      ({ g, x }) => g.multiHeadAttention(x, g.input('k', 'float32', ['other', 4, 6]), x, 2),
      /attention/,
    ],
    [
      'attention with values of another length',
      ({ g, x }) => g.multiHeadAttention(x, x, g.input('v', 'float32', ['batch', 9, 6]), 2),
      /attention/,
    ],
    [
      'a normalization of another width',
      ({ g, x }) => g.layerNormalization(x, g.floats([1], [1]), undefined, 1e-5),
      /LayerNorm/,
    ],
    ['a reshape to another size', ({ g, x }) => g.reshape(x, ['batch', 25]), /Reshape to \[batch, 25\]/],
    ['a reshape that loses a symbol', ({ g, x }) => g.reshape(x, [24]), /Reshape/],
    ['a transposition of another rank', ({ g, x }) => g.transpose(x, [1, 0]), /Transpose/],
    ['a concatenation of other sides', ({ g, x, y }) => g.concat([x, y], 1), /Concat on axis 1/],
    [
      'a concatenation of another rank',
      ({ g, matrix }) => g.concat([g.input('z', 'float32', [7, 6, 2]), matrix], 1),
      /Concat/,
    ],
    ['a concatenation of two types', ({ g, x, half }) => g.concat([x, half], 2), /Concat/],
    ['a concatenation of nothing', ({ g }) => g.concat([], 0), /nothing/],
    ['an expansion of what is not 1', ({ g, x }) => g.expand(x, ['batch', 8, 6], x), /Expand|broadcast/],
    ['an expansion to a symbol that nothing tells', ({ g }) => g.expand(g.scalar(1), ['seats']), /seats/],
    ['floats as indices', ({ g, x }) => g.gather(x, x), /Gather indices/],
    [
      'indices per row of another batch',
      ({ g, x }) => g.gatherPerRow(x, g.input('i', 'int64', ['other', 2])),
      /GatherND/,
    ],
    [
      'updates of another width',
      ({ g, matrix, ids }) => g.scatterRows(matrix, g.unsqueeze(ids, [1]), g.input('u', 'float32', ['picks', 5])),
      /ScatterND/,
    ],
    ['a slice beyond the end', ({ g, x }) => g.slice(x, 2, 3, 7), /Slice \[3, 7\)/],
    ['an empty slice', ({ g, x }) => g.slice(x, 2, 3, 3), /Slice/],
    ['a slice of a symbol', ({ g, x }) => g.slice(x, 0, 0, 1), /has to be known/],
    ['an axis that is not there', ({ g, ids }) => g.slice(ids, 4, 0, 1), /no axis 4/],
    [
      'an enlargement of unknown sides',
      ({ g }) => g.upsampleNearest(g.input('p', 'float32', [1, 1, 'h', 2]), 2),
      /has to be known/,
    ],
  ])('%s', (_, build, message) => {
    const operands = graph();
    expect(() => build(operands)).toThrow(message);
  });
});

describe('given operands that fit', () => {
  it('then the shapes that were worked out are those that onnxruntime finds', async () => {
    const g = new Graph({ compute: 'float32' });
    const x = g.input('x', 'float32', ['batch', 4, 6]);
    const ids = g.input('ids', 'int64', ['batch', 'picks']);
    const image = g.input('image', 'float32', ['batch', 2, 5, 6]);
    const kernel = g.floats(new Float32Array(2 * 3 * 3 * 3), [3, 2, 3, 3], 'zeros');
    const results = {
      sum: g.add(x, g.floats([1, 2, 3, 4], [4, 1])),
      product: g.matmul(x, g.transpose(x, [0, 2, 1])),
      gemm: g.gemm(g.reshape(x, ['batch', 24]), g.floats(new Float32Array(48), [2, 24])),
      split: g.reshape(x, ['batch', 4, 2, 3]),
      joined: g.concat([x, x], 1),
      picked: g.gatherPerRow(x, ids),
      widened: g.expand(g.floats([1], [1, 1]), ['batch', 7], x),
      mean: g.reduceMean(x, 1),
      most: g.argMax(x, 2),
      cut: g.slice(x, 2, 1, 3),
      strided: g.conv(image, kernel, undefined, { stride: 2, pads: [1, 1, 1, 1] }),
      padded: g.conv(image, kernel, undefined, { stride: 2, pads: [0, 0, 1, 1] }),
      grown: g.upsampleNearest(image, 2),
      range: g.rangeOfAxis(ids, 1),
      attended: g.multiHeadAttention(x, x, x, 2),
    };
    for (const [name, value] of Object.entries(results)) g.output(name, value);
    const [batch, picks] = [3, 5];
    const feeds = {
      x: float32Tensor(new Float32Array(batch * 24).fill(1), [batch, 4, 6]),
      ids: int64Tensor(new Array(batch * picks).fill(1), [batch, picks]),
      image: float32Tensor(new Float32Array(batch * 60), [batch, 2, 5, 6]),
    };
    const got = await runGraph(g.encode(), '.', feeds);
    const known = (dim: number | string) => (dim === 'batch' ? batch : dim === 'picks' ? picks : dim);
    for (const [name, value] of Object.entries(results)) {
      expect([name, got[name]?.shape]).toEqual([name, value.shape.map(known)]);
      expect(got[name]?.type).toBe(value.type);
    }
  });

  it('then a reshape to the shape that is there adds nothing', () => {
    const { g, x } = graph();
    expect(g.reshape(x, ['batch', 4, 6])).toBe(x);
  });

  it('then scattered rows replace those that are named, from before any was replaced', async () => {
    const g = new Graph({ compute: 'float32' });
    const data = g.input('data', 'float32', ['rows', 2]);
    const ids = g.input('ids', 'int64', ['picks']);
    g.output('out', g.scatterRows(data, g.unsqueeze(ids, [1]), g.gather(data, g.input('from', 'int64', ['picks']))));
    const got = await runGraph(g.encode(), '.', {
      data: float32Tensor(Float32Array.of(0, 0, 1, 1, 2, 2), [3, 2]),
      ids: int64Tensor([0, 2]),
      from: int64Tensor([2, 0]),
    });
    expect([...(got.out?.data ?? [])]).toEqual([2, 2, 1, 1, 0, 0]);
  });
});
