import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { BYTES_PER_ELEMENT } from '../graph/element-type.ts';
import {
  ELEMENT_TYPE_OF,
  headerLength,
  LENGTH_PREFIX,
  METADATA_KEY,
  parseHeader,
  type SafetensorsHeader,
  truncatedError,
} from './safetensors-header.ts';
import { arrayFromBytes, bytesOfArray, isArrayOf, type StoredTensor } from './tensor-data.ts';
import type { TensorEntry, TensorIndex } from './tensor-index.ts';

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Where the tensors of a .safetensors file lie. Only the header is read, whatever the size of the file.
 * @throws UserError `weights-missing`, `weights-header`, `weights-truncated`, `weights-dtype`, `weights-shape`,
 *   `weights-offsets`; each names the file, and the tensor where there is one
 */
export function readSafetensorsHeader(file: string): TensorIndex {
  return readSafetensorsFile(file).tensors;
}

/**
 * The header of a .safetensors file, with the metadata that it has besides its tensors.
 * @throws UserError as `readSafetensorsHeader`
 */
export function readSafetensorsFile(file: string): SafetensorsHeader {
  const absolute = path.resolve(file);
  return withFile(absolute, (descriptor, size) => {
    const length = headerLength(readBytes(descriptor, 0, Math.min(LENGTH_PREFIX, size), absolute), size, absolute);
    return parseHeader(readBytes(descriptor, LENGTH_PREFIX, length, absolute), size, absolute);
  });
}

/**
 * Reads one tensor into memory. For small ones: a model's weights stay in their file (graph-builder.ts).
 * @throws UserError `weights-missing`, `weights-truncated` if the file has changed since its header was read
 */
export function readTensor({ type, shape, file, offset, length }: TensorEntry): StoredTensor {
  return withFile(file, (descriptor, size) => {
    if (offset + length > size) throw truncatedError(file, offset + length, size);
    return { type, shape, data: arrayFromBytes(type, readBytes(descriptor, offset, length, file)) };
  });
}

/**
 * A whole .safetensors file in memory. The same tensors and metadata give the same bytes: wide elements first, so
 * that every tensor is aligned, then by name, as the safetensors library orders them.
 * @throws RangeError if a tensor's data don't fit its type and shape, which is the caller's mistake
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      BYTES_PER_ELEMENT[b.type] - BYTES_PER_ELEMENT[a.type] || (nameA < nameB ? -1 : Number(nameA > nameB)),
  );
  const entries: [string, object][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let end = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const begin = end;
    end += tensor.data.byteLength;
    entries.push([name, { dtype: dtypeOf(tensor), shape: tensor.shape, data_offsets: [begin, end] }]);
  }
  // Object.fromEntries defines properties, so that a tensor named "__proto__" is a tensor
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / LENGTH_PREFIX) * LENGTH_PREFIX;
  const bytes = new Uint8Array(LENGTH_PREFIX + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(' '.charCodeAt(0), LENGTH_PREFIX, LENGTH_PREFIX + headerBytes);
  bytes.set(json, LENGTH_PREFIX);
  let at = LENGTH_PREFIX + headerBytes;
  for (const [, { data }] of ordered) {
    bytes.set(bytesOfArray(data), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors and metadata of a whole .safetensors file in memory.
 * @param name what error messages call the bytes
 * @throws UserError as `readSafetensorsHeader`
 */
export function decodeSafetensors(bytes: Uint8Array, name = 'the data'): Safetensors {
  const length = headerLength(bytes.subarray(0, LENGTH_PREFIX), bytes.length, name);
  const { tensors, metadata } = parseHeader(bytes.subarray(LENGTH_PREFIX, LENGTH_PREFIX + length), bytes.length, name);
  const decoded = new Map<string, StoredTensor>();
  for (const [tensor, entry] of tensors) {
    const data = arrayFromBytes(entry.type, bytes.subarray(entry.offset, entry.offset + entry.length));
    decoded.set(tensor, { type: entry.type, shape: entry.shape, data });
  }
  return { tensors: decoded, metadata };
}

function checkTensor(name: string, { type, shape, data }: StoredTensor): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (name === METADATA_KEY || !isArrayOf(type, data) || data.length !== elements) {
    throw new RangeError(`tensor "${name}": ${data.constructor.name}(${data.length}) is no ${type} [${shape}]`);
  }
}

function dtypeOf({ type }: StoredTensor): string {
  for (const [dtype, elementType] of ELEMENT_TYPE_OF) if (elementType === type) return dtype;
  throw new RangeError(`safetensors has no ${type}`);
}

function withFile<T>(file: string, use: (descriptor: number, size: number) => T): T {
  let descriptor: number | undefined;
  try {
    // asked before opening: opening a pipe would wait for a writer
    if (!fs.statSync(file).isFile()) throw new Error('not a regular file');
    descriptor = fs.openSync(file, 'r');
  } catch (cause) {
    throw new UserError(
      'weights-missing',
      {
        expected: `to read the weights in ${file}`,
        got: (cause as Error).message,
        todo: "Check the model's folder and its permissions.",
        file,
      },
      { cause },
    );
  }
  try {
    return use(descriptor, fs.fstatSync(descriptor).size);
  } finally {
    fs.closeSync(descriptor);
  }
}

function readBytes(descriptor: number, position: number, length: number, file: string): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = fs.readSync(descriptor, bytes, done, length - done, position + done);
    if (read === 0) throw truncatedError(file, position + length, position + done);
    done += read;
  }
  return bytes;
}
