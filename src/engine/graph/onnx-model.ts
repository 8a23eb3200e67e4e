import type { Shape } from './dim.ts';
import { type ElementType, ONNX_TYPE } from './element-type.ts';
import {
  bytesField,
  floatField,
  intField,
  messageField,
  packedFloatsField,
  packedIntsField,
  stringField,
} from './protobuf.ts';

/** An attribute of a node. A number that must be a float even when whole is `{ float: 1 }`. */
export type Attribute =
  | string
  | number
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | readonly number[];

export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Where the bytes of a weight lie: a stretch of a file named relative to the folder given at session creation. */
export interface ExternalData {
  readonly location: string;
  /** bytes from the start of the file */
  readonly offset: number;
  /** bytes */
  readonly length: number;
}

export interface Initializer {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | ExternalData;
}

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface OnnxModel {
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** domain -> version */
  readonly opsets: Readonly<Record<string, number>>;
}

/** IR version 10 goes with opset 21 (onnx/docs/Versioning.md). */
const IR_VERSION = 10;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;
const DATA_LOCATION_EXTERNAL = 1;

// The numbers below are the field numbers of onnx.proto3.
function attribute(name: string, value: Attribute): Uint8Array[] {
  const parts = [stringField(1, name)];
  const typed = (part: Uint8Array, type: number) => [...parts, part, intField(20, type)];
  if (typeof value === 'string') return typed(stringField(4, value), ATTRIBUTE_TYPE.string);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new TypeError(`attribute ${name}: ${value} is not whole; say { float }`);
    return typed(intField(3, value), ATTRIBUTE_TYPE.int);
  }
  if ('float' in value) return typed(floatField(2, value.float), ATTRIBUTE_TYPE.float);
  if ('floats' in value) return typed(packedFloatsField(7, value.floats), ATTRIBUTE_TYPE.floats);
  return typed(packedIntsField(8, value), ATTRIBUTE_TYPE.ints);
}

function tensor(name: string, { type, shape, data }: Initializer): Uint8Array[] {
  const parts = [intField(2, ONNX_TYPE[type]), stringField(8, name)];
  if (shape.length > 0) parts.push(packedIntsField(1, shape));
  if (data instanceof Uint8Array) return [...parts, bytesField(9, data)];
  const entry = (key: string, value: string | number) =>
    messageField(13, [stringField(1, key), stringField(2, String(value))]);
  return [
    ...parts,
    entry('location', data.location),
    entry('offset', data.offset),
    entry('length', data.length),
    intField(14, DATA_LOCATION_EXTERNAL),
  ];
}

function valueInfo({ name, type, shape }: ValueInfo): Uint8Array[] {
  const dims = shape.map((dim) => messageField(1, [typeof dim === 'number' ? intField(1, dim) : stringField(2, dim)]));
  return [
    stringField(1, name),
    messageField(2, [messageField(1, [intField(1, ONNX_TYPE[type]), messageField(2, dims)])]),
  ];
}

function node(n: Node): Uint8Array[] {
  return [
    ...n.inputs.map((input) => stringField(1, input)),
    ...n.outputs.map((output) => stringField(2, output)),
    stringField(3, n.name),
    stringField(4, n.op),
    ...Object.entries(n.attributes).map(([key, value]) => messageField(5, attribute(key, value))),
    ...(n.domain ? [stringField(7, n.domain)] : []),
  ];
}

/** The bytes of an ONNX ModelProto. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const graph = [
    ...model.nodes.map((n) => messageField(1, node(n))),
    stringField(2, 'troupe'),
    ...[...model.initializers].map(([name, init]) => messageField(5, tensor(name, init))),
    ...model.inputs.map((value) => messageField(11, valueInfo(value))),
    ...model.outputs.map((value) => messageField(12, valueInfo(value))),
  ];
  return Buffer.concat([
    intField(1, IR_VERSION),
    stringField(2, 'troupe'),
    ...Object.entries(model.opsets).map(([domain, version]) =>
      messageField(8, [stringField(1, domain), intField(2, version)]),
    ),
    messageField(7, graph),
  ]);
}
