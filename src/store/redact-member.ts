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
    // A column that holds nothing stays as it is.
    const filled = Object.entries({ payload, progress, result, errorContext }).filter(([, value]) => value !== null);
    const data = filled.map(([column, value]) => [column, redact(value, memberId)]);
    await transaction.job.update({ where: { id }, data: Object.fromEntries(data) });
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

function redact(value: unknown, memberId: string): unknown {
  if (typeof value === 'string') return value.replaceAll(memberId, ERASED_MEMBER);
  if (Array.isArray(value)) return value.map((part) => redact(part, memberId));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key.replaceAll(memberId, ERASED_MEMBER), redact(part, memberId)]),
  );
}
