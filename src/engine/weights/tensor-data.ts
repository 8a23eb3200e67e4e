import { BYTES_PER_ELEMENT, type ElementType, fromFloat16Bits } from '../graph/element-type.ts';

/** The array that holds each element type; float16 and bfloat16 as their bits, bool as 0 or 1. */
export interface TensorArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
}

export type TensorArray = TensorArrays[ElementType];

const ARRAY_OF = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** A tensor in memory. */
export interface StoredTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

/**
 * Whole elements out of bytes, in a copy of their own (a view would need aligned bytes). The bytes are
 * little-endian, as is every machine that onnxruntime-node runs on.
 */
export function arrayFromBytes<T extends ElementType>(type: T, bytes: Uint8Array): TensorArrays[T] {
  const copy = new Uint8Array(bytes); // Buffer's slice() would be a view
  const elements = copy.byteLength / BYTES_PER_ELEMENT[type];
  return new ARRAY_OF[type](copy.buffer, 0, elements) as TensorArrays[T];
}

export function bytesOfArray(data: TensorArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export function isArrayOf(type: ElementType, data: TensorArray): boolean {
  return data instanceof ARRAY_OF[type];
}

const BFLOAT16_SHIFT = 16;

/**
 * Any tensor's numbers as float32.
 * @throws RangeError for int64, whose numbers float32 can't hold
 */
export function toFloat32({ type, data }: StoredTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) throw new RangeError('int64 does not fit float32');
  if (type === 'float16') return Float32Array.from(data, fromFloat16Bits);
  if (type === 'bfloat16') {
    // bfloat16 is the upper half of a float32
    return new Float32Array(Uint32Array.from(data, (bits) => bits << BFLOAT16_SHIFT).buffer);
  }
  return Float32Array.from(data);
}
