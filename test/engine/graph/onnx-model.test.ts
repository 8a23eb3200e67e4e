import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { encodeOnnxModel, type Node, type OnnxModel } from '../../../src/engine/graph/onnx-model.ts';
import { float32Tensor } from '../../../src/engine/runtime/tensor-value.ts';
import { bytesOf, readMessage, textsOf, valuesOf } from '../../support/read-protobuf.ts';
import { runGraph } from '../../support/run-graph.ts';

const node = (more: Partial<Node>): Node => ({
  op: 'Relu',
  domain: '',
  name: 'n',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  ...more,
});

function encode(more: Partial<OnnxModel>): { model: Uint8Array; graph: Uint8Array } {
  const model = encodeOnnxModel({
    nodes: [],
    initializers: new Map(),
    inputs: [],
    outputs: [],
    opsets: { '': 21 },
    ...more,
  });
  return { model, graph: bytesOf(model, 7)[0] as Uint8Array };
}

// Field numbers below are those of onnx.proto3, written down again.
describe('given a node', () => {
  it('then missing optional inputs are empty names, and only a foreign domain is written', () => {
    const { graph } = encode({ nodes: [node({ inputs: ['x', '', 'z'] }), node({ domain: 'com.microsoft' })] });
    const [own, foreign] = bytesOf(graph, 1) as [Uint8Array, Uint8Array];
    expect(textsOf(own, 1)).toEqual(['x', '', 'z']);
    expect(textsOf(own, 7)).toEqual([]);
    expect(textsOf(foreign, 7)).toEqual(['com.microsoft']);
  });

  it('then each attribute says its type', () => {
    const attributes = { text: 'a', int: -1, whole: { float: 1 }, many: [1, -2], floats: { floats: [0.5] } };
    const { graph } = encode({ nodes: [node({ attributes })] });
    const written = bytesOf(bytesOf(graph, 1)[0] as Uint8Array, 5);
    const types = written.map((bytes) => [textsOf(bytes, 1)[0], Number(valuesOf(bytes, 20)[0])]);
    expect(types).toEqual([
      ['text', 3],
      ['int', 2],
      ['whole', 1],
      ['many', 7],
      ['floats', 6],
    ]);
    expect(BigInt.asIntN(64, valuesOf(written[1] as Uint8Array, 3)[0] as bigint)).toBe(-1n);
  });

  it('then a fraction that does not say that it is a float is refused', () => {
    expect(() => encode({ nodes: [node({ attributes: { alpha: 0.5 } })] })).toThrow(/alpha.*0\.5/);
  });
});

describe('given weights that lie in a file', () => {
  it('then place, offset beyond 4 GiB and length are written as text, and no data', () => {
    const offset = 5 * 2 ** 30 + 3;
    const data = { location: 'unet/a.safetensors', offset, length: 24 };
    const { graph } = encode({ initializers: new Map([['w', { type: 'float16', shape: [3, 4], data }]]) });
    const tensor = bytesOf(graph, 5)[0] as Uint8Array;
    const entries = bytesOf(tensor, 13).map((entry) => [textsOf(entry, 1)[0], textsOf(entry, 2)[0]]);
    expect(entries).toEqual([
      ['location', data.location],
      ['offset', String(offset)],
      ['length', '24'],
    ]);
    expect(valuesOf(tensor, 14)).toEqual([1n]);
    expect(valuesOf(tensor, 2)).toEqual([10n]);
    expect(readMessage(tensor).some(({ field }) => field === 9)).toBe(false);
  });
});

describe('given inputs with symbols', () => {
  it('then numbers are values and symbols are names', () => {
    const { graph } = encode({ inputs: [{ name: 'x', type: 'int64', shape: ['batch', 0, 4] }] });
    const type = bytesOf(bytesOf(bytesOf(graph, 11)[0] as Uint8Array, 2)[0] as Uint8Array, 1)[0] as Uint8Array;
    const dims = bytesOf(bytesOf(type, 2)[0] as Uint8Array, 1).map((dim) => readMessage(dim)[0]);
    expect(valuesOf(type, 1)).toEqual([7n]);
    expect(dims.map((dim) => dim?.field)).toEqual([2, 1, 1]);
    expect(dims.slice(1).map((dim) => dim?.value)).toEqual([0n, 4n]);
  });
});

describe('given operators of both domains', () => {
  it('then both versions are told', () => {
    const opsets = bytesOf(encode({ opsets: { '': 21, 'com.microsoft': 1 } }).model, 8);
    expect(opsets.map((o) => [textsOf(o, 1)[0], valuesOf(o, 2)[0]])).toEqual([
      ['', 21n],
      ['com.microsoft', 1n],
    ]);
  });

  it('then onnxruntime reads negative and floating attributes as they were meant', async () => {
    const g = new Graph({ compute: 'float32' });
    const x = g.input('x', 'float32', ['rows', 2]);
    g.output('soft', g.softmax(x)); // axis -1
    g.output('quick', g.quickGelu(x, 1));
    const got = await runGraph(g.encode(), '.', { x: float32Tensor(Float32Array.of(0, Math.log(3)), [1, 2]) });
    const [soft, quick] = [got.soft?.data, got.quick?.data] as [Float32Array, Float32Array];
    expect(soft[1]).toBeCloseTo(0.75, 6);
    expect(quick[1]).toBeCloseTo(0.75 * Math.log(3), 6);
  });
});
