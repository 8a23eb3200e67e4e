import { UserError } from '../../errors/user-error.ts';
import { BYTES_PER_ELEMENT, type ElementType } from '../graph/element-type.ts';
import { duplicateKey } from './json-duplicates.ts';
import type { TensorEntry } from './tensor-index.ts';

/** Bytes before the JSON: its length as a little-endian uint64. */
export const LENGTH_PREFIX = 8;
/** bytes; the limit of the safetensors library itself (github.com/huggingface/safetensors, README "Format") */
export const MAX_HEADER = 100_000_000;
/** The header's entry that holds text about the file and no tensor. */
export const METADATA_KEY = '__metadata__';

/** The file format's names of the element types; types that no graph of ours can hold are left out. */
export const ELEMENT_TYPE_OF: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F64', 'float64'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

const FETCH_AGAIN = 'Fetch or copy the file again.';

/** What other files begin with that are found under the name of one with tensors. */
const OTHER_FILES: readonly { readonly begins: readonly string[]; readonly got: string; readonly todo: string }[] = [
  {
    begins: ['version '],
    got: 'what looks like a Git LFS pointer to them',
    todo: 'Run "git lfs pull" in the model\'s folder.',
  },
  {
    // torch.save: a ZIP file with a pickle in it, or in older files a pickle, of protocol 2 to 5
    begins: ['PK\x03\x04', '\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'],
    got: 'a Python pickle under another name, which is never opened, because opening one can run code hidden in it',
    todo: 'Fetch the model as .safetensors; nearly every model is published so too.',
  },
  { begins: ['<', '\n<'], got: 'a web page', todo: 'Fetch the file itself, and not the page that shows it.' },
];

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A header that isn't one: not safetensors at all, or damaged. */
export function headerError(file: string, got: string, tensor?: string): UserError {
  return new UserError('weights-header', {
    expected: `${file} to be a sound safetensors file`,
    got,
    todo: FETCH_AGAIN,
    file,
    tensor,
  });
}

/** A file that ends before its header says. */
export function truncatedError(file: string, needed: number, size: number, tensor?: string): UserError {
  return new UserError('weights-truncated', {
    expected: `${file} to have at least ${needed} bytes${tensor === undefined ? '' : ` (for tensor "${tensor}")`}`,
    got: `${size} bytes`,
    todo: `The file was cut short. ${FETCH_AGAIN}`,
    file,
    tensor,
  });
}

/**
 * The length in bytes of the JSON that follows the prefix.
 * @param prefix the file's first 8 bytes
 * @param fileSize bytes of the whole file
 * @throws UserError `weights-header`, `weights-truncated`
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (prefix.length < LENGTH_PREFIX) throw truncatedError(file, LENGTH_PREFIX, fileSize);
  const length = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_PREFIX).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    const first = Buffer.from(prefix).toString('latin1');
    const other = OTHER_FILES.find(({ begins }) => begins.some((each) => first.startsWith(each)));
    if (other === undefined) throw headerError(file, `a header of ${length} bytes (no real one is that long)`);
    const { got, todo } = other;
    throw new UserError('weights-header', { expected: `${file} to hold tensors`, got, todo, file });
  }
  const needed = LENGTH_PREFIX + Number(length);
  if (needed > fileSize) throw truncatedError(file, needed, fileSize);
  return Number(length);
}

/**
 * Reads the JSON header and checks every entry against the size of the file, so that whoever reads a tensor later
 * stays inside it. Gaps between tensors are legal to us; overlaps are not.
 * @param json the header's bytes, without the length before it
 * @throws UserError `weights-header`, `weights-truncated`, `weights-dtype`, `weights-shape`, `weights-offsets`
 */
export function parseHeader(json: Uint8Array, fileSize: number, file: string): SafetensorsHeader {
  const header = parseObject(json, file);
  const dataStart = LENGTH_PREFIX + json.length;
  const tensors = new Map<string, TensorEntry>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA_KEY) metadata = checkMetadata(value, file);
    else tensors.set(name, checkTensor(name, value, dataStart, fileSize, file));
  }
  refuseOverlaps(tensors, file);
  return { tensors, metadata };
}

function parseObject(json: Uint8Array, file: string): object {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    value = JSON.parse(text);
  } catch (cause) {
    throw headerError(file, `a header that is not JSON (${(cause as Error).message})`);
  }
  if (!isObject(value)) throw headerError(file, 'a header that is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw headerError(file, `"${twice}" twice in the header`, twice);
  return value;
}

function checkMetadata(value: unknown, file: string): Readonly<Record<string, string>> {
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw headerError(file, `a ${METADATA_KEY} that is not an object of strings`);
  }
  return value as Record<string, string>;
}

function checkTensor(name: string, value: unknown, dataStart: number, fileSize: number, file: string): TensorEntry {
  if (!isObject(value)) throw headerError(file, `tensor "${name}" without a description`, name);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const type = typeof dtype === 'string' ? ELEMENT_TYPE_OF.get(dtype) : undefined;
  if (type === undefined) {
    throw new UserError('weights-dtype', {
      expected: `tensor "${name}" in ${file} to have one of the types ${[...ELEMENT_TYPE_OF.keys()].join(', ')}`,
      got: String(JSON.stringify(dtype)),
      todo: 'Use a float16 or float32 version of the model.',
      file,
      tensor: name,
    });
  }
  const length = isSizes(shape) ? shape.reduce((product, size) => product * size, BYTES_PER_ELEMENT[type]) : Number.NaN;
  if (!isSizes(shape) || !Number.isSafeInteger(length)) {
    throw new UserError('weights-shape', {
      expected: `tensor "${name}" in ${file} to have a shape of non-negative whole numbers`,
      got: abbreviate(shape),
      todo: FETCH_AGAIN,
      file,
      tensor: name,
    });
  }
  const [begin, end] =
    isSizes(offsets) && offsets.length === 2 ? (offsets as [number, number]) : [Number.NaN, Number.NaN];
  if (end - begin !== length) {
    throw offsetsError(file, name, `${length} bytes of data for its shape`, `data_offsets ${abbreviate(offsets)}`);
  }
  if (dataStart + end > fileSize) throw truncatedError(file, dataStart + end, fileSize, name);
  return { type, shape, file, offset: dataStart + begin, length };
}

function refuseOverlaps(tensors: ReadonlyMap<string, TensorEntry>, file: string): void {
  const byOffset = [...tensors].filter(([, { length }]) => length > 0).sort(([, a], [, b]) => a.offset - b.offset);
  let last: readonly [string, TensorEntry] | undefined;
  for (const current of byOffset) {
    if (last !== undefined && current[1].offset < last[1].offset + last[1].length) {
      throw offsetsError(file, current[0], 'bytes of its own', `bytes that tensor "${last[0]}" has too`);
    }
    last = current;
  }
}

function offsetsError(file: string, tensor: string, expected: string, got: string): UserError {
  return new UserError('weights-offsets', {
    expected: `tensor "${tensor}" in ${file} to have ${expected}`,
    got,
    todo: FETCH_AGAIN,
    file,
    tensor,
  });
}

const SHOWN_LENGTH = 80;

function abbreviate(value: unknown): string {
  const text = String(JSON.stringify(value));
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
