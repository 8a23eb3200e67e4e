/** A field of a message as it stands on the wire: a varint (unsigned, 64 bits), or bytes. */
export interface WireField {
  readonly field: number;
  readonly wire: number;
  readonly value: bigint | Uint8Array;
}

export function readVarint(bytes: Uint8Array, at: number): { value: bigint; next: number } {
  let [value, shift, next] = [0n, 0n, at];
  for (;;) {
    const byte = bytes[next];
    if (byte === undefined) throw new Error(`varint at ${at} has no end`);
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    next += 1;
    if (byte < 0x80) return { value, next };
  }
}

/** The fields of a message, in order: a reader that shares nothing with the writer under test. */
export function readMessage(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const [field, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    const after = wire === 5 ? { value: 4n, next: tag.next } : readVarint(bytes, tag.next);
    if (wire === 0) {
      fields.push({ field, wire, value: after.value });
      at = after.next;
      continue;
    }
    if (wire !== 2 && wire !== 5) throw new Error(`wire type ${wire}`);
    at = after.next + Number(after.value);
    if (at > bytes.length) throw new Error(`field ${field} ends beyond its message`);
    fields.push({ field, wire, value: bytes.subarray(after.next, at) });
  }
  return fields;
}

/** All values of one field. */
export const valuesOf = (bytes: Uint8Array, field: number) =>
  readMessage(bytes)
    .filter((f) => f.field === field)
    .map((f) => f.value);

/** All messages or strings of one field. */
export const bytesOf = (bytes: Uint8Array, field: number) => valuesOf(bytes, field) as Uint8Array[];

export const textsOf = (bytes: Uint8Array, field: number) =>
  bytesOf(bytes, field).map((value) => Buffer.from(value).toString('utf8'));
