import { describe, expect, it } from 'vitest';
import { flopsOf } from '../../src/bench/flops.ts';

describe('operations counted from shapes', () => {
  it('given a matrix product whose weight was packed away, then the output tells its size', () => {
    expect(flopsOf({ operator: 'Gemm', inputs: [[8, 256], [192]], outputs: [[8, 192]] })).toBe(2 * 8 * 256 * 192);
  });

  it('given products of stacks of matrices, then each counts', () => {
    const shapes = {
      inputs: [
        [8, 4, 256, 24],
        [8, 4, 24, 48],
      ],
      outputs: [[8, 4, 256, 48]],
    };
    expect(flopsOf({ operator: 'FusedMatMul', ...shapes })).toBe(2 * 8 * 4 * 256 * 24 * 48);
  });

  it('given a strided convolution, then its smaller output is what counts', () => {
    const shapes = { inputs: [[2, 16, 32, 32], [24, 16, 3, 3], [24]], outputs: [[2, 24, 16, 16]] };
    expect(flopsOf({ operator: 'Conv', ...shapes })).toBe(2 * 2 * 24 * 16 * 16 * 16 * 9);
  });

  it('given attention whose keys are wider than its values, then scores and sum are counted apart', () => {
    const shapes = {
      inputs: [
        [2, 64, 100],
        [2, 96, 100],
        [2, 96, 96],
      ],
      outputs: [[2, 64, 96]],
    };
    expect(flopsOf({ operator: 'MultiHeadAttention', ...shapes })).toBe(2 * 2 * 64 * 96 * (100 + 96));
  });

  it('given an operator without products, then it counts nothing', () => {
    expect(flopsOf({ operator: 'LayerNormalization', inputs: [[8, 64], [64]], outputs: [[8, 64]] })).toBe(0);
  });
});
