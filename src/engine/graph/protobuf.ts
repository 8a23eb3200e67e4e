/**
 * Protobuf's wire format, as far as ONNX messages need it. The npm packages for ONNX protobufs are years old and
 * bring a code generator; the wire format is five functions.
 * https://protobuf.dev/programming-guides/encoding/
 */
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_FLOAT32 = 5;

function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value)); // negative numbers are ten bytes of two's complement
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}

const tag = (field: number, wire: number): Uint8Array => varint((field << 3) | wire);

export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([tag(field, WIRE_BYTES), varint(bytes.length), bytes]);
}

export function intField(field: number, value: number | bigint): Uint8Array {
  return Buffer.concat([tag(field, WIRE_VARINT), varint(value)]);
}

export function floatField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, WIRE_FLOAT32), bytes]);
}

export const stringField = (field: number, text: string): Uint8Array => bytesField(field, Buffer.from(text, 'utf8'));

export const messageField = (field: number, parts: readonly Uint8Array[]): Uint8Array =>
  bytesField(field, Buffer.concat(parts));

export const packedIntsField = (field: number, values: readonly (number | bigint)[]): Uint8Array =>
  messageField(field, values.map(varint));

export const packedFloatsField = (field: number, values: readonly number[]): Uint8Array =>
  bytesField(field, new Uint8Array(Float32Array.from(values).buffer));
