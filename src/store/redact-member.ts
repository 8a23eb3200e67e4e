import type { JsonObject } from './json.ts';
import type { Connection } from './prisma-client.ts';

/** Takes the place of an erased member's id in what others left behind. */
export const ERASED_MEMBER = 'erased';

/**
 * Replaces a member's id within the free-form data of others' jobs and stories. Nothing is meant to write it there;
 * erasing doesn't rely on that.
 */
export async function redactMember(transaction: Connection, memberId: string): Promise<void> {
  // Bound to text on both providers, so that the same comparison finds it.
  const pattern = `%${memberId}%`;
  const jobs = await transaction.$queryRaw<{ id: string }[]>`SELECT "id" FROM "Job"
    WHERE CAST("payload" AS TEXT) LIKE ${pattern} OR CAST("progress" AS TEXT) LIKE ${pattern}
    OR CAST("result" AS TEXT) LIKE ${pattern} OR CAST("errorContext" AS TEXT) LIKE ${pattern}`;
  for (const { id } of jobs) {
    const { payload, progress, result, errorContext } = await transaction.job.findUniqueOrThrow({ where: { id } });
    const data = redact({ payload, progress, result, errorContext }, memberId);
    // A column that holds nothing stays as it is.
    const filled = Object.entries(data).filter(([, value]) => value !== null);
    await transaction.job.update({ where: { id }, data: Object.fromEntries(filled) });
  }
  const events = await transaction.$queryRaw<{ id: number | bigint }[]>`SELECT "id" FROM "JobEvent"
    WHERE CAST("data" AS TEXT) LIKE ${pattern}`;
  for (const event of events) {
    const where = { id: Number(event.id) };
    const { data } = await transaction.jobEvent.findUniqueOrThrow({ where });
    await transaction.jobEvent.update({ where, data: { data: redact(data, memberId) as JsonObject } });
  }
  const stories = await transaction.$queryRaw<{ id: string }[]>`SELECT "id" FROM "Story"
    WHERE CAST("settings" AS TEXT) LIKE ${pattern}`;
  for (const where of stories) {
    const { settings } = await transaction.story.findUniqueOrThrow({ where });
    await transaction.story.update({ where, data: { settings: redact(settings, memberId) as JsonObject } });
  }
}

function redact<T>(value: T, memberId: string): T {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll(memberId, ERASED_MEMBER) : part,
  );
  return JSON.parse(text) as T;
}
