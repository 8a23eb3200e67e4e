/** The element types that Troupe's graphs use, with their number in onnx.proto3's TensorProto.DataType. */
export const ONNX_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ONNX_TYPE;

/** The types in which a graph can compute. */
export type ComputeType = 'float32' | 'float16';

export const BYTES_PER_ELEMENT: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  bfloat16: 2,
};

const floatBits = new Float32Array(1);
const intBits = new Uint32Array(floatBits.buffer);

/** The IEEE 754 half-precision bits of a number, rounded to nearest even. Node 20 has no Float16Array. */
export function toFloat16Bits(value: number): number {
  floatBits[0] = value;
  const bits = intBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  const half = exponent - 127 + 15;
  if (half >= 0x1f) return sign | 0x7c00;
  if (half <= 0) {
    if (half < -10) return sign;
    const full = mantissa | 0x800000;
    const shift = 14 - half;
    const rounded =
      (full >>> shift) +
      ((full >>> (shift - 1)) & 1 & ((full & ((1 << (shift - 1)) - 1)) !== 0 ? 1 : (full >>> shift) & 1));
    return sign | rounded;
  }
  const dropped = mantissa & 0x1fff;
  let result = (half << 10) | (mantissa >>> 13);
  if (dropped > 0x1000 || (dropped === 0x1000 && (result & 1) === 1)) result += 1; // may carry into the exponent, rightly
  return sign | result;
}

/** The number that half-precision bits stand for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
