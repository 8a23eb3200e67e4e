import { describe, expect, it } from 'vitest';
import { computeTypeFor } from '../../../src/engine/pipeline/compute-type.ts';
import type { TensorEntry } from '../../../src/engine/weights/tensor-index.ts';

const tensor = (type: TensorEntry['type'], length: number): TensorEntry => ({
  type,
  length,
  shape: [length],
  file: '/x',
  offset: 0,
});
const weights = (...entries: TensorEntry[]) => ({ weights: new Map(entries.map((each, i) => [String(i), each])) });

describe('given a U-Net', () => {
  it.each([
    ['in half precision on the CPU', ['cpu'], weights(tensor('float16', 9)), 'float32'],
    ['in half precision on a GPU', ['cuda', 'cpu'], weights(tensor('float16', 9)), 'float16'],
    ['with norms alone in full', ['dml', 'cpu'], weights(tensor('float16', 9), tensor('float32', 2)), 'float16'],
    ['in full precision on a GPU', ['cuda', 'cpu'], weights(tensor('float32', 9)), 'float32'],
    ['in bfloat16 on a GPU', ['cuda', 'cpu'], weights(tensor('bfloat16', 9)), 'float32'],
    ['on nothing', [], weights(tensor('float16', 9)), 'float32'],
  ] as const)('%s, then it computes as that suits', (_, providers, unet, compute) => {
    expect(computeTypeFor(providers, unet)).toBe(compute);
  });
});
