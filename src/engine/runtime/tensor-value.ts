/**
 * The typed array that holds the elements of each type that crosses the boundary of a graph. Half precision travels as
 * its bits, because Node 20 has no Float16Array (element-type.ts converts).
 */
export interface ElementArrays {
  float32: Float32Array;
  float16: Uint16Array;
  int64: BigInt64Array;
}

export type TensorType = keyof ElementArrays;

/** A tensor outside a graph: C order, `data.length` is the product of `shape`. */
export interface TensorOf<Type extends TensorType> {
  readonly type: Type;
  readonly shape: readonly number[];
  readonly data: ElementArrays[Type];
}

export type TensorValue = { [Type in TensorType]: TensorOf<Type> }[TensorType];

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

export function float32Tensor(data: Float32Array, shape: readonly number[]): TensorOf<'float32'> {
  return { type: 'float32', shape, data };
}

/** An int64 tensor of whole numbers, [length] unless another shape is given. */
export function int64Tensor(values: ArrayLike<number>, shape: readonly number[] = [values.length]): TensorOf<'int64'> {
  return { type: 'int64', shape, data: BigInt64Array.from(values as ArrayLike<number> & Iterable<number>, BigInt) };
}
