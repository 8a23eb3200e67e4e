import type { UNetGraph } from '../../src/engine/graph/unet/unet.ts';
import { int64Tensor, type TensorValue } from '../../src/engine/runtime/tensor-value.ts';
import { nothingShared, type Tensors, takeRows, tensor } from './unet-fixture.ts';

/** The first number that isn't 0, less by 1 (an index) or by half (a strength). */
export function withOneChanged({ type, shape, data }: TensorValue): TensorValue {
  const at = [...data].findIndex((value) => Number(value) !== 0);
  if (type === 'float32') return { type, shape, data: data.map((value, i) => (i === at ? value / 2 : value)) };
  return int64Tensor(
    [...data].map((value, i) => Number(value) - Number(i === at)),
    shape,
  );
}

export const zeros = (feeds: Tensors, name: string): TensorValue => {
  const { shape, data } = tensor(feeds, name);
  return { type: 'float32', shape, data: new Float32Array(data.length) };
};

/** Empty banks, in place of those of a mode. */
export function emptyBanks(unet: UNetGraph, rows: number): Tensors {
  return Object.fromEntries(Object.entries(nothingShared(unet, rows)).filter(([name]) => name.startsWith('bank_')));
}

/** A level's bank with every entry beyond its row's length pointing at `token`. */
export function withPadding(feeds: Tensors, height: number, token: bigint): TensorValue {
  const { shape, data } = tensor(feeds, `bank_index_${height}`);
  const lengths = tensor(feeds, `bank_length_${height}`).data as BigInt64Array;
  const [, size] = shape as [number, number];
  const repadded = (data as BigInt64Array).map((old, i) =>
    i % size < Number(lengths[Math.floor(i / size)]) ? old : token,
  );
  return { type: 'int64', shape, data: repadded };
}

/** The same feeds with the batch's rows in another order: indices of rows and tokens point at the new places. */
export function reordered(feeds: Tensors, order: readonly number[]): Tensors {
  const placeOf = (row: number) => order.indexOf(row);
  const moved = ({ shape, data }: TensorValue, tokens: number): TensorValue =>
    int64Tensor(
      [...(data as BigInt64Array)].map(Number).map((at) => placeOf(Math.floor(at / tokens)) * tokens + (at % tokens)),
      shape,
    );
  const entries = Object.entries(feeds).map(([name, value]): [string, TensorValue] => {
    const tokens = Number(/_(\d+)$/.exec(name)?.[1] ?? 0) ** 2;
    if (name.startsWith('inject_weight') || name.startsWith('given_')) return [name, value];
    if (name.startsWith('inject_') || name.startsWith('keep_')) return [name, moved(value, tokens)];
    if (name.startsWith('bank_index')) return [name, takeRows(moved(value, tokens), order)];
    if (name.startsWith('prompt_')) return [name, value]; // each row hears its own, wherever it stands
    if (name === 'query_source') return [name, takeRows(moved(value, 1), order)];
    return [name, takeRows(value, order)];
  });
  return Object.fromEntries(entries);
}
