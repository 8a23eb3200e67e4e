import { BYTES_PER_ELEMENT, type ComputeType } from '../graph/element-type.ts';
import { elementCount } from '../runtime/tensor-value.ts';
import type { Lora } from '../weights/lora.ts';
import type { AdaptedPart } from '../weights/lora-targets.ts';
import type { ModelPart } from '../weights/model-folder.ts';
import type { TensorEntry } from '../weights/tensor-index.ts';
import type { PartNeeds } from './memory-plan.ts';

/** What weights take in memory, bytes. The constants are fitted to measurements that docs/operations.md, "Memory", has. */
export type WeightNeeds = Pick<PartNeeds, 'copied' | 'copying' | 'mapped'>;

const BYTES_PER_FLOAT = 4;
/** Of the single-precision copy that weights in half precision pass through, the allocator keeps this much ... */
const KEPT_OF_COPY = 0.33;
/** ... and all of what lies in small pieces, up to so much. */
const KEPT_IN_PIECES = 60e6;
/** Copies of weights in half precision while they are made: most of two. */
const COPIES_WHILE_CONVERTING = 1.85;
/** Weights used as they lie: the largest tensor, converted, and as large ones that wait or were cut out for it. */
const CONVERTED_AT_ONCE = 4;
/** On their way to a GPU: the largest tensor as pages of its file, and twice in buffers that it is uploaded from. */
const ON_THEIR_WAY = 3;

/** On the CPU, which computes in single precision. */
export function weightsOnCpu(parts: readonly ModelPart[], loras: readonly Lora[]): WeightNeeds {
  const tensors = [...tensorsOf(parts), ...parts.flatMap((part) => matricesOf(loras, part))];
  const float32 = BYTES_PER_FLOAT * elementsOf(tensors.filter(({ type }) => type === 'float32'));
  const converted = BYTES_PER_FLOAT * elementsOf(tensors.filter(({ type }) => type !== 'float32'));
  return {
    copied: float32 + converted + Math.min(converted, KEPT_IN_PIECES + KEPT_OF_COPY * converted),
    copying: float32 + COPIES_WHILE_CONVERTING * converted,
    mapped: bytesOf(tensors) + CONVERTED_AT_ONCE * BYTES_PER_FLOAT * largestOf(layersOf(parts)),
  };
}

/** On a GPU: each weight once, in the type that is computed in; embeddings as they are stored. */
export function weightsOnDevice(
  parts: readonly ModelPart[],
  loras: readonly Lora[],
  compute: ComputeType,
): WeightNeeds {
  const layers = [...layersOf(parts), ...parts.flatMap((part) => matricesOf(loras, part))];
  const stored = bytesOf(tensorsOf(parts)) - bytesOf(layersOf(parts));
  const copied = BYTES_PER_ELEMENT[compute] * elementsOf(layers) + stored;
  return { copied, copying: copied, mapped: copied };
}

/**
 * In the machine's memory, for weights that are to be on a GPU. onnxruntime reads a weight from its mapped file, copies
 * it there, and lets go of it; those that are stored in another type it converts before all that, the whole part at a
 * time. LoRAs' matrices are in the graph.
 */
export function weightsBesideDevice(
  parts: readonly ModelPart[],
  loras: readonly Lora[],
  compute: ComputeType,
): WeightNeeds {
  const matrices = parts.flatMap((part) => matricesOf(loras, part));
  const tensors = [...layersOf(parts), ...matrices];
  const element = BYTES_PER_ELEMENT[compute];
  const converted = element * elementsOf(tensors.filter(({ type }) => type !== compute));
  const copied = bytesOf(matrices);
  const copying = copied + converted + ON_THEIR_WAY * element * largestOf(tensors);
  return { copied, copying, mapped: copied };
}

const tensorsOf = (parts: readonly ModelPart[]): TensorEntry[] => parts.flatMap(({ weights }) => [...weights.values()]);

/** Of an embedding table only the rows that are looked up are converted (layers.ts). */
function layersOf(parts: readonly ModelPart[]): TensorEntry[] {
  const named = parts.flatMap(({ weights }) => [...weights]);
  return named.filter(([name]) => !name.includes('_embedding.')).map(([, entry]) => entry);
}

const matricesOf = (loras: readonly Lora[], { name }: ModelPart): TensorEntry[] =>
  loras.flatMap(({ updates }) =>
    [...(updates[name as AdaptedPart]?.values() ?? [])].flatMap(({ down, up }) => [down, up]),
  );

const elementsOf = (tensors: readonly TensorEntry[]): number =>
  tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);

const largestOf = (tensors: readonly TensorEntry[]): number =>
  tensors.reduce((most, { shape }) => Math.max(most, elementCount(shape)), 0);

const bytesOf = (tensors: readonly TensorEntry[]): number => tensors.reduce((sum, { length }) => sum + length, 0);
