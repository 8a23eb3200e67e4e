import { BYTES_PER_ELEMENT } from '../../graph/element-type.ts';
import type { TensorEntry } from '../tensor-index.ts';

/** Names and places of tensors under which one part of a checkpoint is known to its graph. */
export type NamedViews = readonly (readonly [name: string, entry: TensorEntry])[];

/**
 * What a tensor of a checkpoint is to a part: its name there without the part's prefix -> where the tensors that the
 * part's graph asks for lie. None for what the part has no use for; undefined for what nobody knows.
 */
export type Rename = (name: string, entry: TensorEntry) => NamedViews | undefined;

/** `count` equal stretches of a tensor's first dimension, as tensors of their own; undefined if it can't be cut so. */
export function stretches(entry: TensorEntry, count: number): readonly TensorEntry[] | undefined {
  const [first = 0, ...rest] = entry.shape;
  const rows = first / count;
  if (!Number.isInteger(rows) || rows === 0) return undefined;
  const length = [rows, ...rest].reduce((product, size) => product * size, BYTES_PER_ELEMENT[entry.type]);
  return Array.from({ length: count }, (_, i) => ({
    ...entry,
    shape: [rows, ...rest],
    offset: entry.offset + i * length,
    length,
  }));
}

/** A matrix that lies as [in, out], by the shape [out, in] that linear layers have. */
export function turned(entry: TensorEntry): TensorEntry {
  return { ...entry, shape: [...entry.shape].reverse(), transposed: true };
}
