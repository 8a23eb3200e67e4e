import { UserError, type UserErrorContext } from '../errors/user-error.ts';
import type { Messages } from '../i18n/messages.ts';
import type { Job } from '../store/job.ts';
import { errorText } from './error-text.ts';

/** How the last of some jobs ended, if it ended badly. @param jobs the oldest first */
export function lastTrouble(jobs: readonly Job[], t: Messages): string | undefined {
  const ended = jobs.filter(({ finishedAt }) => finishedAt !== null);
  const last = ended.toSorted((a, b) => Number(a.finishedAt) - Number(b.finishedAt)).at(-1);
  if (!last || last.status === 'finished') return undefined;
  if (last.status === 'cancelled') return t.progress.cancelled;
  const { errorCode, errorContext } = last;
  if (last.status === 'dead' || errorCode === null || !isContext(errorContext)) return t.progress.dead({ id: last.id });
  return t.progress.failed({ reason: errorText(new UserError(errorCode, errorContext), t) });
}

function isContext(value: unknown): value is UserErrorContext {
  return typeof value === 'object' && value !== null && ['expected', 'got', 'todo'].every((key) => key in value);
}
