import { broadcast, type Dim, dividedBy, plus, type Shape, sameShape, showShape, times } from './dim.ts';
import type { ElementType } from './element-type.ts';
import { GraphBuilder, MICROSOFT, type Value } from './graph-builder.ts';

const dimAt = (value: Value, axis: number): Dim => {
  const dim = value.shape.at(axis);
  if (dim === undefined) throw new Error(`${value.name} ${showShape(value.shape)} has no axis ${axis}`);
  return dim;
};

const fixedDim = (value: Value, axis: number): number => {
  const dim = dimAt(value, axis);
  if (typeof dim !== 'number') throw new Error(`${value.name}: axis ${axis} is ${dim}, but has to be known`);
  return dim;
};

function expect(holds: boolean, what: string, ...values: readonly Value[]): void {
  if (!holds) throw new Error(`${what}: ${values.map((v) => `${v.name} ${v.type}${showShape(v.shape)}`).join(', ')}`);
}

/**
 * The ONNX operators that Troupe's models are made of. Each works out the shape of its result and refuses operands
 * that don't fit, so that a mistake in a model shows where it is written and not when the graph runs.
 */
export class Graph extends GraphBuilder {
  add = (a: Value, b: Value): Value => this.elementwise('Add', a, b);
  sub = (a: Value, b: Value): Value => this.elementwise('Sub', a, b);
  mul = (a: Value, b: Value): Value => this.elementwise('Mul', a, b);
  div = (a: Value, b: Value): Value => this.elementwise('Div', a, b);
  less = (a: Value, b: Value): Value => this.elementwise('Less', a, b, 'bool');

  /** An element-wise function of one operand. */
  unary(op: 'Sigmoid' | 'Sin' | 'Cos' | 'Tanh' | 'Relu' | 'Sqrt' | 'Reciprocal', x: Value): Value {
    return this.node(op, [x], x);
  }

  /** x * sigmoid(alpha * x) */
  quickGelu(x: Value, alpha: number): Value {
    return this.node('QuickGelu', [x], x, { domain: MICROSOFT, attributes: { alpha: { float: alpha } } });
  }

  /** SiLU is QuickGelu with alpha 1: one fused kernel. */
  silu = (x: Value): Value => this.quickGelu(x, 1);

  /** The exact (erf) GELU. */
  gelu(x: Value): Value {
    return this.node('Gelu', [x], x, { domain: MICROSOFT });
  }

  where(condition: Value, yes: Value, no: Value): Value {
    expect(condition.type === 'bool' && yes.type === no.type, 'Where', condition, yes, no);
    const shape = broadcast(condition.shape, broadcast(yes.shape, no.shape));
    return this.node('Where', [condition, yes, no], { type: yes.type, shape });
  }

  /** a [..., M, K] x b [..., K, N] */
  matmul(a: Value, b: Value): Value {
    expect(a.type === b.type && dimAt(a, -1) === dimAt(b, -2), 'MatMul', a, b);
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.node('MatMul', [a, b], { type: a.type, shape: [...batch, dimAt(a, -2), dimAt(b, -1)] });
  }

  /** x [R, K] x weightᵀ + bias, with weight [N, K] as PyTorch stores it; bias [N], or another product [R, N]. */
  gemm(x: Value, weight: Value, bias?: Value): Value {
    const out = dimAt(weight, 0);
    const shape = [dimAt(x, 0), out];
    expect(x.shape.length === 2 && weight.shape.length === 2 && dimAt(x, 1) === dimAt(weight, 1), 'Gemm', x, weight);
    if (bias) expect(sameShape(bias.shape, [out]) || sameShape(bias.shape, shape), 'Gemm bias', weight, bias);
    const inputs = bias ? [x, weight, bias] : [x, weight];
    return this.node('Gemm', inputs, { type: x.type, shape }, { attributes: { transB: 1 } });
  }

  /** x [B, C, H, W], weight [N, C, k, k]; `pads` as ONNX has them: top, left, bottom, right. */
  conv(
    x: Value,
    weight: Value,
    bias: Value | undefined,
    { stride = 1, pads = [0, 0, 0, 0] }: { stride?: number; pads?: readonly [number, number, number, number] } = {},
  ): Value {
    const [kh, kw] = [fixedDim(weight, 2), fixedDim(weight, 3)];
    expect(x.shape.length === 4 && dimAt(x, 1) === dimAt(weight, 1), 'Conv', x, weight);
    const side = (axis: number, kernel: number, pad: number) =>
      Math.floor((fixedDim(x, axis) + pad - kernel) / stride) + 1;
    const shape = [dimAt(x, 0), dimAt(weight, 0), side(2, kh, pads[0] + pads[2]), side(3, kw, pads[1] + pads[3])];
    return this.node(
      'Conv',
      bias ? [x, weight, bias] : [x, weight],
      { type: x.type, shape },
      {
        attributes: { kernel_shape: [kh, kw], strides: [stride, stride], pads },
      },
    );
  }

  /** nn.ConvTranspose2d whose stride is its kernel's side: x [B, C, H, W], weight [C, N, k, k] -> [B, N, k H, k W] */
  convTranspose(x: Value, weight: Value, bias: Value | undefined): Value {
    const side = fixedDim(weight, 2);
    expect(
      x.shape.length === 4 && dimAt(x, 1) === dimAt(weight, 0) && side === dimAt(weight, 3),
      'ConvTranspose',
      x,
      weight,
    );
    const shape = [dimAt(x, 0), dimAt(weight, 1), fixedDim(x, 2) * side, fixedDim(x, 3) * side];
    return this.node(
      'ConvTranspose',
      bias ? [x, weight, bias] : [x, weight],
      { type: x.type, shape },
      { attributes: { kernel_shape: [side, side], strides: [side, side] } },
    );
  }

  /** Normalises the last axis. */
  layerNormalization(x: Value, scale: Value, bias: Value | undefined, epsilon: number): Value {
    expect(sameShape(scale.shape, [dimAt(x, -1)]), 'LayerNormalization', x, scale);
    return this.node('LayerNormalization', bias ? [x, scale, bias] : [x, scale], x, {
      attributes: { axis: -1, epsilon: { float: epsilon } },
    });
  }

  softmax(x: Value): Value {
    return this.node('Softmax', [x], x, { attributes: { axis: -1 } });
  }

  /**
   * onnxruntime's fused attention. q [B, S, C], k and v [B, T, C]; `scale` defaults to 1 / sqrt(head width of q).
   * Widths of q and k may differ from v's, as the biased keys of shared attention need. `bias` [B or 1, heads or 1, S, T]
   * is added to the scaled products before the softmax; it keeps the CPU from its flash kernel.
   */
  multiHeadAttention(q: Value, k: Value, v: Value, heads: number, scale?: number, bias?: Value): Value {
    expect(
      dimAt(q, 2) === dimAt(k, 2) && dimAt(k, 1) === dimAt(v, 1) && dimAt(q, 0) === dimAt(k, 0),
      'attention',
      q,
      k,
      v,
    );
    return this.node(
      'MultiHeadAttention',
      bias ? [q, k, v, null, null, bias] : [q, k, v],
      { type: q.type, shape: [dimAt(q, 0), dimAt(q, 1), dimAt(v, 2)] },
      {
        domain: MICROSOFT,
        attributes: { num_heads: heads, ...(scale === undefined ? {} : { scale: { float: scale } }) },
      },
    );
  }

  /**
   * The same elements in another shape. Symbols may move: a dimension that keeps its place is copied, and one other
   * may be left to onnxruntime.
   */
  reshape(x: Value, shape: Shape): Value {
    expect(dividedBy(times(...x.shape), times(...shape)) === 1, `Reshape to ${showShape(shape)}`, x);
    if (sameShape(x.shape, shape)) return x;
    const spec = shape.map((dim, axis) => (typeof dim === 'number' ? dim : dim === x.shape[axis] ? 0 : -1));
    if (spec.filter((s) => s === -1).length > 1) {
      throw new Error(`Reshape of ${x.name} ${showShape(x.shape)} to ${showShape(shape)}: more than one unknown`);
    }
    return this.node('Reshape', [x, this.ints(spec)], { type: x.type, shape });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    expect(perm.length === x.shape.length, `Transpose [${perm}]`, x);
    return this.node(
      'Transpose',
      [x],
      { type: x.type, shape: perm.map((axis) => dimAt(x, axis)) },
      { attributes: { perm } },
    );
  }

  unsqueeze(x: Value, axes: readonly number[]): Value {
    const rank = x.shape.length + axes.length;
    let taken = 0;
    const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : dimAt(x, taken++)));
    return this.node('Unsqueeze', [x, this.ints(axes)], { type: x.type, shape });
  }

  concat(values: readonly Value[], axis: number): Value {
    const [first, ...rest] = values;
    if (!first) throw new Error('Concat of nothing');
    for (const value of rest) {
      const sameRank = value.shape.length === first.shape.length;
      const fits = sameRank && value.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      expect(fits && value.type === first.type, `Concat on axis ${axis}`, ...values);
    }
    const length = values.map((value) => dimAt(value, axis)).reduce(plus);
    const shape = first.shape.map((dim, i) => (i === axis ? length : dim));
    return this.node('Concat', values, { type: first.type, shape }, { attributes: { axis } });
  }

  /** x repeated along axes of 1, to `shape`; dimensions that only the run knows are those of `like`. */
  expand(x: Value, shape: Shape, like?: Value): Value {
    expect(sameShape(broadcast(x.shape, shape), shape), `Expand to ${showShape(shape)}`, x);
    return this.node('Expand', [x, this.shapeTensor(shape, like)], { type: x.type, shape });
  }

  /** Rows of `data` along its first axis. */
  gather(data: Value, indices: Value): Value {
    expect(indices.type === 'int64', 'Gather indices', data, indices);
    return this.node('Gather', [data, indices], { type: data.type, shape: [...indices.shape, ...data.shape.slice(1)] });
  }

  /** For each row b: data[b, indices[b, k]]; data [B, N, ...], indices [B, K] -> [B, K, ...]. */
  gatherPerRow(data: Value, indices: Value): Value {
    expect(dimAt(data, 0) === dimAt(indices, 0), 'GatherND', data, indices);
    return this.node(
      'GatherND',
      [data, this.unsqueeze(indices, [2])],
      { type: data.type, shape: [...indices.shape, ...data.shape.slice(2)] },
      { attributes: { batch_dims: 1 } },
    );
  }

  /** `data` with the rows `indices` [P, 1] replaced by `updates` [P, ...]. Rows must not repeat. */
  scatterRows(data: Value, indices: Value, updates: Value): Value {
    expect(
      dimAt(indices, 0) === dimAt(updates, 0) && dimAt(data, 1) === dimAt(updates, 1),
      'ScatterND',
      data,
      indices,
      updates,
    );
    return this.node('ScatterND', [data, indices, updates], data);
  }

  reduceMean(x: Value, axis: number): Value {
    const shape = x.shape.filter((_, i) => i !== axis);
    return this.node('ReduceMean', [x, this.ints([axis])], { type: x.type, shape }, { attributes: { keepdims: 0 } });
  }

  reduceMax(x: Value, axis: number): Value {
    const shape = x.shape.filter((_, i) => i !== axis);
    return this.node('ReduceMax', [x, this.ints([axis])], { type: x.type, shape }, { attributes: { keepdims: 0 } });
  }

  argMax(x: Value, axis: number): Value {
    const shape = x.shape.filter((_, i) => i !== axis);
    return this.node('ArgMax', [x], { type: 'int64', shape }, { attributes: { axis, keepdims: 0 } });
  }

  /** x / max(|x|, epsilon) along an axis, as torch.nn.functional.normalize: a zero vector stays zero. */
  l2Normalize(x: Value, axis: number, epsilon: number): Value {
    const shape = x.shape.map((dim, i) => (i === axis ? 1 : dim));
    const norm = this.node(
      'ReduceL2',
      [x, this.ints([axis])],
      { type: x.type, shape },
      { attributes: { keepdims: 1 } },
    );
    return this.div(x, this.node('Max', [norm, this.scalar(epsilon)], norm));
  }

  /** x limited to [min, max] */
  clip(x: Value, min: number, max: number): Value {
    return this.node('Clip', [x, this.scalar(min), this.scalar(max)], x);
  }

  /** [from, to) along an axis */
  slice(x: Value, axis: number, from: number, to: number): Value {
    expect(0 <= from && from < to && to <= fixedDim(x, axis), `Slice [${from}, ${to}) of axis ${axis}`, x);
    const shape = x.shape.map((dim, i) => (i === axis ? to - from : dim));
    return this.node('Slice', [x, this.ints([from]), this.ints([to]), this.ints([axis])], { type: x.type, shape });
  }

  /** [B, C, H, W] with sides `factor` times as long, each pixel repeated. */
  upsampleNearest(x: Value, factor: number): Value {
    const shape = [dimAt(x, 0), dimAt(x, 1), fixedDim(x, 2) * factor, fixedDim(x, 3) * factor];
    return this.node(
      'Resize',
      [x, null, this.float32s([1, 1, factor, factor], [4])],
      { type: x.type, shape },
      {
        attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      },
    );
  }

  /** [B, C, H, W] at another size, as torch's bicubic `interpolate`, which has ONNX's cubic coefficient of -0.75. */
  resizeCubic(x: Value, height: number, width: number): Value {
    const shape = [dimAt(x, 0), dimAt(x, 1), height, width];
    const attributes = { mode: 'cubic', coordinate_transformation_mode: 'half_pixel' };
    return this.node('Resize', [x, null, null, this.shapeTensor(shape, x)], { type: x.type, shape }, { attributes });
  }

  /** [B, factor² C, H, W] -> [B, C, factor H, factor W]: channel (row * factor + column) * C + c is that pixel of c. */
  depthToSpace(x: Value, factor: number): Value {
    const channels = fixedDim(x, 1) / factor ** 2;
    expect(x.shape.length === 4 && Number.isInteger(channels), `DepthToSpace by ${factor}`, x);
    const shape = [dimAt(x, 0), channels, fixedDim(x, 2) * factor, fixedDim(x, 3) * factor];
    return this.node('DepthToSpace', [x], { type: x.type, shape }, { attributes: { blocksize: factor } });
  }

  /** [0, 1, ..., length - 1] as int64, where `length` is the size of an axis of `of`. */
  rangeOfAxis(of: Value, axis: number): Value {
    const length = this.node(
      'Shape',
      [of],
      { type: 'int64', shape: [1] },
      { attributes: { start: axis, end: axis + 1 } },
    );
    const scalar = this.node('Squeeze', [length, this.ints([0])], { type: 'int64', shape: [] });
    return this.node('Range', [this.ints(0), scalar, this.ints(1)], { type: 'int64', shape: [dimAt(of, axis)] });
  }

  private shapeTensor(shape: Shape, like?: Value): Value {
    if (shape.every((dim) => typeof dim === 'number')) return this.ints(shape as number[]);
    const parts = shape.map((dim) => {
      if (typeof dim === 'number') return this.ints([dim]);
      const axis = like?.shape.indexOf(dim) ?? -1;
      if (!like || axis < 0) throw new Error(`${showShape(shape)}: nothing says how long ${dim} is`);
      return this.node('Shape', [like], { type: 'int64', shape: [1] }, { attributes: { start: axis, end: axis + 1 } });
    });
    return this.concat(parts, 0);
  }

  private elementwise(op: string, a: Value, b: Value, result?: ElementType): Value {
    expect(a.type === b.type, op, a, b);
    return this.node(op, [a, b], { type: result ?? a.type, shape: broadcast(a.shape, b.shape) });
  }
}
