import type { Client } from 'discord.js';
import type { Log } from '../log.ts';
import { deleteErasedMessages } from '../privacy/delete-erased-messages.ts';
import type { Clock } from '../store/context.ts';
import type { Store } from '../store/store.ts';
import { deleteMessage } from './delete-message.ts';

const INTERVAL_MS = 3_600_000;

/** Deletes messages of what was erased that are still in their channels, now and every hour. @returns what ends it */
export function startDeletingErased(parts: {
  readonly client: Client;
  readonly store: Pick<Store, 'deletions'>;
  readonly clock: Clock;
  readonly log: Log;
}): () => Promise<void> {
  const { client, store, clock, log } = parts;
  const ending = new AbortController();
  const sweep = async () => {
    const { deleted, givenUp } = await deleteErasedMessages({
      deletions: store.deletions,
      deleteMessage: (channelId, messageId) => deleteMessage(client, channelId, messageId),
      now: clock.now(),
      signal: ending.signal,
    });
    if (deleted > 0) log.info('messages of what was erased were deleted', { deleted });
    if (givenUp > 0) log.warn('messages of what was erased could not be deleted', { givenUp });
  };
  let underWay = Promise.resolve();
  const next = () => {
    underWay = underWay.then(sweep).catch((error: unknown) => log.error('erased messages could not be deleted', error));
  };
  next();
  const timer = setInterval(next, INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    ending.abort();
    await underWay;
  };
}
