import { describe, expect, test } from 'vitest';
import { Refresher } from '../../src/discord/refresher.ts';

/** A refresher whose pauses end when the test says so. */
function setUp(refresh: (key: string) => Promise<void> = async () => {}) {
  const refreshed: string[] = [];
  const pauses: { ms: number; end: () => void }[] = [];
  const failures: (number | undefined)[] = [];
  const refresher = new Refresher({
    intervalMs: 2500,
    refresh: async (key) => {
      refreshed.push(key);
      await refresh(key);
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve());
        pauses.push({ ms, end: resolve });
      }),
    onError: (_key, _error, retryInMs) => failures.push(retryInMs),
  });
  return { refresher, refreshed, pauses, failures };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a refresher', () => {
  test('given many touches, then the first is at once and one more follows after the pause', async () => {
    const { refresher, refreshed, pauses } = setUp();
    for (let each = 0; each < 10; each++) refresher.touch('a');
    await settle();
    expect(refreshed).toEqual(['a']);
    for (let each = 0; each < 10; each++) refresher.touch('a');
    pauses.shift()?.end();
    await settle();
    expect(refreshed).toEqual(['a', 'a']);
    pauses.shift()?.end();
    await refresher.idle();
    expect(refreshed).toEqual(['a', 'a']);
  });

  test('given something urgent, then the pause ends; other keys keep theirs', async () => {
    const { refresher, refreshed } = setUp();
    refresher.touch('a');
    refresher.touch('b');
    await settle();
    refresher.touch('b');
    refresher.touch('a', { urgent: true });
    await settle();
    expect(refreshed).toEqual(['a', 'b', 'a']);
  });

  test('given failures, then it is tried again, each time later, and given up in the end', async () => {
    const { refresher, refreshed, pauses, failures } = setUp(() => Promise.reject(new Error('down')));
    refresher.touch('a');
    for (let each = 0; each < 8; each++) {
      await settle();
      pauses.at(-1)?.end();
    }
    await refresher.idle();
    expect(failures).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, undefined]);
    expect(refreshed).toHaveLength(8);
  });

  test('given a stop, then what is dirty is refreshed once more without pauses, and nothing after', async () => {
    const { refresher, refreshed } = setUp();
    refresher.touch('a');
    await settle();
    refresher.touch('a');
    await refresher.stop();
    refresher.touch('a');
    await settle();
    expect(refreshed).toEqual(['a', 'a']);
  });
});
