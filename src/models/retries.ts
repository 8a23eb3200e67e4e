import { UserError } from '../errors/user-error.ts';
import type { Wait } from './fetch-file.ts';

const ATTEMPTS = 5;
const FIRST_WAIT = 1000;

interface Retrying {
  readonly signal: AbortSignal;
  readonly wait: Wait;
  retry(why: string): void;
}

/**
 * Tries something of the network some times.
 * @param what is asked for, for the message
 * @throws UserError `hub-unreachable`, and at once any other UserError
 */
export async function withRetries<T>(
  what: string,
  { signal, wait, retry }: Retrying,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) throw error;
      const why = networkReason(error);
      if (failed === ATTEMPTS) {
        throw new UserError('hub-unreachable', {
          expected: `an answer about ${what}`,
          got: why,
          todo: 'Check the connection and HF_ENDPOINT, and run the same command again.',
        });
      }
      retry(`${why}; trying again.`);
      await wait(FIRST_WAIT * 2 ** failed, signal);
    }
  }
}

/** An error of the network in words: fetch hides the reason in its cause. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const deeper = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  return deeper ? `${error.message} (${deeper})` : error.message;
}
