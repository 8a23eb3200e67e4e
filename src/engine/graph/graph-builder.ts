import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { readTensor } from '../weights/safetensors.ts';
import type { TensorArray } from '../weights/tensor-data.ts';
import type { TensorEntry, TensorIndex } from '../weights/tensor-index.ts';
import { type Shape, showShape } from './dim.ts';
import { BYTES_PER_ELEMENT, type ComputeType, type ElementType, ONNX_TYPE, toFloat16Bits } from './element-type.ts';
import { GraphLoras, type LoraUpdates } from './lora-updates.ts';
import { type Attribute, encodeOnnxModel, type Initializer, type Node, type ValueInfo } from './onnx-model.ts';

/** A value in the graph: what a node made, an input, or a constant. */
export type Value = ValueInfo;

/** onnxruntime's own operators (MultiHeadAttention, QuickGelu, Gelu). */
export const MICROSOFT = 'com.microsoft';
const OPSET = 21;
const MICROSOFT_OPSET = 1;

export interface GraphOptions {
  readonly compute: ComputeType;
  /** the weights that the graph may use; none for graphs without weights */
  readonly weights?: TensorIndex;
  /** folder that the weights' files are named relative to */
  readonly root?: string;
  /** one map per LoRA */
  readonly loras?: readonly LoraUpdates[];
}

export interface NodeResult {
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  /** name of the (single) output, where it has to be a certain one */
  readonly name?: string;
}

/** A view of a weight: other dimensions over the same bytes, or a stretch of its first dimension. */
export interface WeightView {
  readonly shape?: readonly number[];
  /** [from, to) along the first dimension */
  readonly rows?: readonly [number, number];
  /** in the file's type, where only a few rows are to be cast after they are looked up (embeddings) */
  readonly asStored?: boolean;
}

/** A protobuf message ends at 2^31 bytes; the rest of a graph is a few megabytes. */
const MAX_EMBEDDED = 1.9e9;

function tooLarge(bytes: number): UserError {
  return new UserError('lora-size', {
    expected: `LoRAs of at most ${MAX_EMBEDDED / 1e9} GB together in one part of the model`,
    got: `${(bytes / 1e9).toFixed(1)} GB and more`,
    todo: 'Use fewer of them, or versions of a lower rank or in half precision.',
  });
}

const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/**
 * Collects the nodes, constants and weights of one ONNX graph. Weights stay where they are: an initializer is a
 * stretch of the .safetensors file (ONNX external data), so nothing is copied and nothing is converted on disk.
 * `Graph` (graph.ts) adds the operators.
 */
export class GraphBuilder {
  readonly compute: ComputeType;
  readonly loras: GraphLoras;
  private readonly weights: TensorIndex;
  private readonly root: string;
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly usedWeights = new Set<string>();
  /** bytes */
  private embedded = 0;
  /** values made once and shared: constants, and weights cast to the compute type */
  private readonly shared = new Map<string, Value>();
  private readonly scopes: string[] = [];

  constructor({ compute, weights = new Map(), root = '.', loras = [] }: GraphOptions) {
    this.compute = compute;
    this.loras = new GraphLoras(loras);
    this.weights = weights;
    this.root = root;
  }

  /** Names the nodes that `build` adds after the part of the model that they belong to. */
  within<T>(scope: string, build: () => T): T {
    this.scopes.push(scope);
    try {
      return build();
    } finally {
      this.scopes.pop();
    }
  }

  input(name: string, type: ElementType, shape: Shape): Value {
    const value = { name, type, shape };
    this.inputs.push(value);
    return value;
  }

  output(name: string, value: Value): void {
    this.outputs.push(this.node('Identity', [value], value, { name }));
  }

  /** Adds a node with one output, whose type and shape the caller has worked out. A missing optional input is null. */
  node(op: string, inputs: readonly (Value | null)[], result: NodeResult, options: NodeOptions = {}): Value {
    const id = [...this.scopes, `${op}_${this.nodes.length}`].join('/');
    const name = options.name ?? id;
    this.nodes.push({
      op,
      domain: options.domain ?? '',
      name: id,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs: [name],
      attributes: options.attributes ?? {},
    });
    return { name, type: result.type, shape: result.shape };
  }

  /** An int64 constant; a bare number is a scalar. */
  ints(value: number | readonly number[]): Value {
    const list = typeof value === 'number' ? [value] : value;
    const shape = typeof value === 'number' ? [] : [list.length];
    return this.once(`int64${showShape(shape)}{${list}}`, (name) =>
      this.initializer(name, 'int64', shape, BigInt64Array.from(list, BigInt)),
    );
  }

  /** A constant in the compute type. */
  floats(data: readonly number[] | Float32Array, shape: readonly number[], key = `{${[...data]}}`): Value {
    return this.once(`${this.compute}${showShape(shape)}${key}`, (name) =>
      this.initializer(
        name,
        this.compute,
        shape,
        this.compute === 'float32' ? Float32Array.from(data) : Uint16Array.from(data, toFloat16Bits),
      ),
    );
  }

  scalar(value: number): Value {
    return this.floats([value], []);
  }

  /** A float32 constant, whatever the graph computes in (Resize's scales). */
  float32s(data: readonly number[], shape: readonly number[]): Value {
    return this.once(`f32${showShape(shape)}{${data}}`, (name) =>
      this.initializer(name, 'float32', shape, Float32Array.from(data)),
    );
  }

  hasWeight(name: string): boolean {
    return this.weights.has(name);
  }

  weightShape(name: string): readonly number[] {
    return this.entry(name).shape;
  }

  /**
   * A weight in the compute type (cast once, folded at load, where the file has another).
   * @throws UserError `tensor-missing` if the file lacks it, `tensor-shape` if it isn't of the view's size.
   */
  weight(name: string, view: WeightView = {}): Value {
    const entry = this.entry(name);
    this.usedWeights.add(name);
    const first = entry.shape[0] ?? 1;
    const [from, to] = view.rows ?? [0, first];
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= first)) {
      // beyond the tensor lies another one, or the end of the file
      throw new UserError('tensor-shape', {
        expected: `${name} with rows ${from} to ${to}`,
        got: showShape(entry.shape),
        todo: 'Check that config.json and the weights belong to the same model.',
      });
    }
    if (entry.transposed && (view.rows || (view.shape && view.shape.join() !== entry.shape.join()))) {
      // the bytes of such a view don't lie together; no model needs one
      throw new Error(`${name} lies transposed: only all of it can be read in place`);
    }
    const rowBytes = entry.length / first;
    const stored = view.rows ? [to - from, ...entry.shape.slice(1)] : entry.shape;
    const shape = view.shape ?? stored;
    if (count(shape) !== count(stored)) {
      throw new UserError('tensor-shape', {
        expected: `${name} with the size of ${showShape(shape)}`,
        got: showShape(entry.shape),
        todo: 'Check that config.json and the weights belong to the same model.',
      });
    }
    const key = `${name}${view.shape ? showShape(shape) : ''}${view.rows ? `{${from}..${to}}` : ''}`;
    const value = this.once(key, () => {
      const location = path.relative(this.root, entry.file).split(path.sep).join('/');
      const data = { location, offset: entry.offset + from * rowBytes, length: (to - from) * rowBytes };
      if (entry.transposed) return this.turned(key, { type: entry.type, shape, data });
      this.initializers.set(key, { type: entry.type, shape, data });
      return { name: key, type: entry.type, shape };
    });
    return view.asStored ? value : this.cast(value, this.compute);
  }

  /** A matrix that lies transposed, turned when the graph is loaded (a constant is folded). */
  private turned(key: string, { type, shape, data }: Initializer): Value {
    const name = `${key} as it lies`;
    const lying = [...shape].reverse();
    this.initializers.set(name, { type, shape: lying, data });
    const perm = shape.map((_, axis) => axis).reverse();
    return this.node('Transpose', [{ name, type, shape: lying }], { type, shape }, { attributes: { perm } });
  }

  /**
   * A small tensor copied into the graph, in the compute type, for files outside of the folder that onnxruntime reads
   * weights from. `name` tells it from others.
   * @throws UserError `lora-size` where the graph would become larger than protobuf can be
   */
  embed(name: string, entry: TensorEntry, { shape = entry.shape, rows }: WeightView = {}): Value {
    const key = `${name}${rows ? `{${rows}}` : ''}`;
    const value = this.once(key, () => {
      this.embedded += entry.length;
      if (this.embedded > MAX_EMBEDDED) throw tooLarge(this.embedded);
      const { type, data } = readTensor(entry);
      const perRow = data.length / (entry.shape[0] ?? 1);
      return this.initializer(key, type, shape, rows ? data.subarray(rows[0] * perRow, rows[1] * perRow) : data);
    });
    return this.cast(value, this.compute);
  }

  /** The value in another element type; itself if it has it. Constants and weights are cast once. */
  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    const make = () =>
      this.node('Cast', [value], { type, shape: value.shape }, { attributes: { to: ONNX_TYPE[type] } });
    return this.initializers.has(value.name) ? this.once(`${value.name} as ${type}`, make) : make();
  }

  /**
   * The ModelProto's bytes.
   * @throws UserError `tensors-unused` if the file has weights that the graph has no place for (another architecture).
   */
  encode(options: { readonly mayIgnore?: (tensor: string) => boolean } = {}): Uint8Array {
    const unused = [...this.weights.keys()].filter((name) => !this.usedWeights.has(name) && !options.mayIgnore?.(name));
    if (unused.length > 0) {
      throw new UserError('tensors-unused', {
        expected: 'weights that all belong to the model that config.json describes',
        got: `${unused.length} tensors with no place in it: ${unused.slice(0, 5).join(', ')}${unused.length > 5 ? ', …' : ''}`,
        todo: 'Check that config.json and the weights belong to the same model.',
        tensors: unused,
      });
    }
    this.loras.refuseUnused(options.mayIgnore);
    const { initializers, inputs, outputs } = this;
    const nodes = this.constantNodesFirst();
    return encodeOnnxModel({
      nodes,
      initializers,
      inputs,
      outputs,
      opsets: { '': OPSET, [MICROSOFT]: MICROSOFT_OPSET },
    });
  }

  /**
   * onnxruntime runs a node's inputs latest first. A weight's cast that is not folded (OnnxSessionOptions.mapWeights)
   * would so run before all layers below it and keep its result until then: half the model at once, where this way it
   * is one layer.
   */
  private constantNodesFirst(): Node[] {
    const constants = new Set(['', ...this.initializers.keys()]);
    const [first, rest]: [Node[], Node[]] = [[], []];
    for (const node of this.nodes) {
      const isConstant = node.inputs.every((input) => constants.has(input));
      (isConstant ? first : rest).push(node);
      if (isConstant) for (const output of node.outputs) constants.add(output);
    }
    return [...first, ...rest];
  }

  private entry(name: string): TensorEntry {
    const entry = this.weights.get(name);
    if (!entry) {
      throw new UserError('tensor-missing', {
        expected: `a tensor named ${name} in the weights`,
        got: `${this.weights.size} tensors without it`,
        todo: 'Check that config.json and the weights belong to the same model, and that the download is complete.',
        tensor: name,
      });
    }
    return entry;
  }

  private initializer(name: string, type: ElementType, shape: readonly number[], data: TensorArray): Value {
    if (data.byteLength !== count(shape) * BYTES_PER_ELEMENT[type]) {
      throw new Error(`constant ${name}: ${data.length} values for ${showShape(shape)}`);
    }
    this.initializers.set(name, { type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return { name, type, shape };
  }

  /** The value of that key, made when it is first asked for. */
  once(key: string, make: (name: string) => Value): Value {
    const known = this.shared.get(key);
    if (known) return known;
    const value = make(key);
    this.shared.set(key, value);
    return value;
  }
}
