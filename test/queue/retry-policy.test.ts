import { expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { afterFailure, toJobError } from '../../src/queue/retry-policy.ts';

const POLICY = { maxAttempts: 5, firstDelayMs: 1000, longestDelayMs: 5000 };
const NOW = 1_000_000;
const waitAfter = (attempts: number, random = 0.5) => {
  const after = afterFailure(new Error('x'), attempts, POLICY, NOW, random);
  return typeof after === 'string' ? after : after.retryAt.getTime() - NOW;
};

test('given errors that may pass, then waits double up to the longest, and the last attempt is the last', () => {
  expect([1, 2, 3, 4, 5, 6].map((attempts) => waitAfter(attempts))).toEqual([1000, 2000, 4000, 5000, 'dead', 'dead']);
});

test('given jobs that failed together, then they come back up to a tenth earlier or later', () => {
  expect([waitAfter(1, 0), waitAfter(1, 1)]).toEqual([900, 1100]);
});

test("given a person's mistake, then it is never tried again; nor is a bug", () => {
  const mistake = new UserError('x', { expected: '', got: '', todo: '' });
  expect(afterFailure(mistake, 1, POLICY, NOW, 0)).toBe('failed');
  expect(afterFailure(new TypeError('x'), 1, POLICY, NOW, 0)).toBe('dead');
});

test('given any error, then a job can keep it as JSON', () => {
  expect(toJobError(new DOMException('', 'TimeoutError'))).toEqual({ code: 'job-timed-out' });
  expect(toJobError('text')).toEqual({ code: 'internal', context: { message: 'text' } });
  const context = { expected: 'a', got: 'b', todo: 'c', seed: 2n ** 63n, none: undefined };
  expect(toJobError(new UserError('seed-invalid', context))).toEqual({
    code: 'seed-invalid',
    context: { expected: 'a', got: 'b', todo: 'c', seed: '9223372036854775808' },
  });
});
