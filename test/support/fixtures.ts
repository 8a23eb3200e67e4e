import { expect } from 'vitest';
import type { TensorValue } from '../../src/engine/runtime/tensor-value.ts';

export { fixturePath, POCKET, readFixture, readModelPart } from '../../src/gpu-check/oracle-fixtures.ts';

/** Prints the largest absolute difference, and fails where it isn't below `tolerance` or the tensors differ in kind. */
export function expectClose(
  what: string,
  got: TensorValue | undefined,
  expected: TensorValue | undefined,
  tolerance = 2e-5,
): void {
  if (!got || !expected) throw new Error(`${what}: nothing to compare`);
  expect(got.shape).toEqual(expected.shape);
  expect(got.type).toBe(expected.type);
  let largest = 0;
  got.data.forEach((value, i) => {
    const difference = Math.abs(Number(value) - Number(expected.data[i]));
    if (!(difference <= largest)) largest = difference; // NaN counts as the largest
  });
  console.info(`${what}: maximal difference ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(tolerance);
}
