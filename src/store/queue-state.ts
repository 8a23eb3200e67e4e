import type { Connection } from './prisma-client.ts';

/** The one row of QueueState. */
export const QUEUE = { id: 'queue' } as const;

export async function ensureQueueState(connection: Connection): Promise<void> {
  await connection.$executeRaw`INSERT INTO "QueueState" ("id") VALUES (${QUEUE.id}) ON CONFLICT ("id") DO NOTHING`;
}
