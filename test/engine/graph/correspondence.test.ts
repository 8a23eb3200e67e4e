import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { buildCorrespondence } from '../../../src/engine/graph/correspondence.ts';
import { float32Tensor, int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { expectClose, readFixture } from '../../support/fixtures.ts';
import { runGraph } from '../../support/run-graph.ts';

const EXCLUDED = -1e4;
const run = (feeds: Record<string, TensorValue>) => runGraph(buildCorrespondence(), os.tmpdir(), feeds);

describe('given features of several images, pairs of them and subject masks', () => {
  it('then each patch finds the nearest by cosine similarity within the mask, and the first of equals', async () => {
    const { nearest, similarity, ...feeds } = readFixture('correspondence', 'expected.safetensors');
    const got = await run(feeds);
    expect(got.nearest?.data).toEqual(nearest?.data);
    expectClose('similarity', got.similarity, similarity);
  });
});

describe('given an image paired with itself', () => {
  it('then every patch finds itself, with similarity 1', async () => {
    const features = float32Tensor(Float32Array.of(3, 0, -1, 0.001, 4, 2), [1, 2, 3]); // columns are patches
    const got = await run({
      features,
      query_image: int64Tensor([0]),
      key_image: int64Tensor([0]),
      key_mask: float32Tensor(new Float32Array(3), [1, 3]),
    });
    expect(Array.from(got.nearest?.data ?? [], Number)).toEqual([0, 1, 2]);
    expectClose('similarity with itself', got.similarity, float32Tensor(Float32Array.of(1, 1, 1), [1, 3]));
  });
});

describe('given a key image without a subject', () => {
  it('then every similarity says that there is no correspondence', async () => {
    const got = await run({
      features: float32Tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]),
      query_image: int64Tensor([0]),
      key_image: int64Tensor([1]),
      key_mask: float32Tensor(Float32Array.of(EXCLUDED, EXCLUDED), [1, 2]),
    });
    for (const value of got.similarity?.data ?? []) expect(Number(value)).toBeLessThan(-1);
  });
});

describe('given no pairs', () => {
  it('then the answer is empty', async () => {
    const got = await run({
      features: float32Tensor(Float32Array.of(1, 2, 3, 4), [1, 2, 2]),
      query_image: int64Tensor([]),
      key_image: int64Tensor([]),
      key_mask: float32Tensor(new Float32Array(0), [0, 2]),
    });
    expect(got.nearest?.shape).toEqual([0, 2]);
  });
});
