import { describe, expect, test } from 'vitest';
import { deleteErasedMessages } from '../../src/privacy/delete-erased-messages.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = 100 * DAY_MS;

/** Messages by their age in days. */
function noted(ages: Readonly<Record<string, number>>) {
  const left = new Map(Object.entries(ages));
  return {
    left,
    deletions: {
      list: async () =>
        [...left].map(([messageId, days]) => ({ messageId, channelId: 'c', createdAt: new Date(NOW - days * DAY_MS) })),
      done: async (messageId: string) => void left.delete(messageId),
    },
  };
}

const never = new AbortController().signal;

describe('given messages of erased members', () => {
  test('then those that are gone are forgotten, the others tried again for a month', async () => {
    const { left, deletions } = noted({ seen: 0, hidden: 29, lost: 31 });
    const deleteMessage = async (_channel: string, messageId: string) => messageId === 'seen';
    const done = await deleteErasedMessages({ deletions, deleteMessage, now: NOW, signal: never });
    expect(done).toEqual({ deleted: 1, givenUp: 1 });
    expect([...left.keys()]).toEqual(['hidden']);
  });

  test('then the end comes between two of them', async () => {
    const { left, deletions } = noted({ first: 0, second: 0 });
    const ending = new AbortController();
    const deleteMessage = async () => {
      ending.abort();
      return true;
    };
    await deleteErasedMessages({ deletions, deleteMessage, now: NOW, signal: ending.signal });
    expect([...left.keys()]).toEqual(['second']);
  });
});
