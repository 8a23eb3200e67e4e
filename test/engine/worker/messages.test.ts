import { describe, expect, it } from 'vitest';
import { deserializeError, serializeError } from '../../../src/engine/worker/messages.ts';
import { UserError } from '../../../src/errors/user-error.ts';

const running = new AbortController().signal;
const aborted = AbortSignal.abort();
/** As an error looks on the other side of a thread. */
const across = (error: unknown, signal = running, reason: unknown = 'the reason') =>
  deserializeError(structuredClone(serializeError(error, signal)), reason);

describe('given an error that crosses between threads', () => {
  it("then a person's mistake keeps its code, its details and its message", () => {
    const error = new UserError('memory-limit', { expected: 'a', got: 'b', todo: 'c', limit: 3, list: ['x'] });
    const other = across(error);
    expect(other).toBeInstanceOf(UserError);
    expect(other).toMatchObject({ code: 'memory-limit', context: error.context, message: error.message });
  });

  it('then any other error keeps its message and where it was thrown', () => {
    const error = new RangeError('wild index');
    expect(across(error)).toBeInstanceOf(Error);
    expect(across(error)).toMatchObject({ message: 'wild index', stack: error.stack });
    expect(across('just text')).toMatchObject({ message: 'just text' });
  });

  it("then an abort becomes the waiting side's reason, whether the engine or a stream of Node's threw it", () => {
    expect(across(aborted.reason, aborted)).toBe('the reason');
    const ofStream = Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
    expect(across(ofStream, aborted)).toBe('the reason');
  });

  it('then what goes wrong after an abort is no abort, and an AbortError without one is an error', () => {
    expect(across(new Error('disk full'), aborted)).toMatchObject({ message: 'disk full' });
    expect(across(Object.assign(new Error('odd'), { name: 'AbortError' }))).toMatchObject({ message: 'odd' });
  });
});
