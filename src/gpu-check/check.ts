import { type ComputeType, toFloat16Bits } from '../engine/graph/element-type.ts';
import type { Provider } from '../engine/runtime/onnx-session.ts';
import { OnnxSession } from '../engine/runtime/onnx-session.ts';
import type { TensorValue } from '../engine/runtime/tensor-value.ts';
import { toFloat32 } from '../engine/weights/tensor-data.ts';
import type { Tensors } from './oracle-fixtures.ts';

/** Where and how a check computes. */
export interface Bench {
  readonly provider: Provider;
  readonly compute: ComputeType;
  /** 0: all cores */
  readonly threads: number;
}

export interface Outcome {
  /** what was compared with what */
  readonly name: string;
  readonly difference: number;
  /** the greatest difference that passes */
  readonly tolerance: number;
  /** in words, where a number is not all */
  readonly note?: string;
}

export interface Check {
  readonly name: string;
  /** whether the engine ever runs this part in half precision */
  readonly inHalf: boolean;
  run(bench: Bench): Promise<readonly Outcome[]>;
}

/** float32 on the CPU against float64. */
const EXACT = 2e-5;
/**
 * Of the largest expected value; for half precision, and for every GPU, because those multiply float32 in fewer bits
 * where they may (NVIDIA's TF32 has half precision's mantissa). diffusers itself is off by up to 0.4 % in half precision
 * (scripts/oracle/half_precision.py).
 */
const ROUNDED = 0.01;

/** How far apart two tensors are, and how far they may be. */
export function compare(name: string, got: TensorValue | undefined, wanted: TensorValue, bench: Bench): Outcome {
  if (got === undefined || got.shape.join() !== wanted.shape.join()) {
    throw new Error(`${name}: [${got?.shape.join(', ')}] in place of [${wanted.shape.join(', ')}]`);
  }
  const [a, b] = [toFloat32(got), toFloat32(wanted)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { name, difference: farthest(a, b), tolerance: toleranceFor(bench, largest) };
}

/** Greatest absolute difference; infinite where there is a NaN. */
export function farthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => {
    const difference = Math.abs(value - (b[i] as number));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

export function toleranceFor({ provider, compute }: Bench, largest: number): number {
  return provider === 'cpu' && compute === 'float32' ? EXACT : ROUNDED * Math.max(1, largest);
}

export const passes = ({ difference, tolerance }: Outcome): boolean => difference <= tolerance;

/** Inputs that stay in single precision in every graph. */
const ALWAYS_SINGLE: ReadonlySet<string> = new Set(['timestep', 'time_ids']);

/** Floats in the type that a graph computes in. */
export function feedsFor(compute: ComputeType, feeds: Tensors): Tensors {
  if (compute === 'float32') return feeds;
  const halved = Object.entries(feeds).map(([name, value]): [string, TensorValue] => {
    if (value.type !== 'float32' || ALWAYS_SINGLE.has(name)) return [name, value];
    return [name, { type: 'float16', shape: value.shape, data: Uint16Array.from(value.data, toFloat16Bits) }];
  });
  return Object.fromEntries(halved);
}

/** Runs a graph once where the bench says. */
export async function runOn(
  { provider, compute, threads }: Bench,
  graph: { readonly model: Uint8Array },
  weightsFolder: string,
  feeds: Tensors,
  outputs?: readonly string[],
): Promise<Tensors> {
  const session = await OnnxSession.create(graph.model, { weightsFolder, providers: providersOf(provider), threads });
  try {
    return await session.run(feedsFor(compute, feeds), outputs ?? session.outputNames);
  } finally {
    await session.release();
  }
}

/** A provider, and the CPU for what that can't run. */
export const providersOf = (provider: Provider): Provider[] => (provider === 'cpu' ? [provider] : [provider, 'cpu']);
