import type { Database } from './prisma-client.ts';

/** What has to hold between rows beyond foreign keys: each query gives the ids of rows for which it doesn't. */
const INVARIANTS: readonly { readonly broken: string; readonly sql: string }[] = [
  {
    broken: 'a panel shows a take of another panel',
    sql: 'SELECT p."id" FROM "Panel" p JOIN "Take" t ON t."id" = p."currentTakeId" WHERE t."panelId" <> p."id"',
  },
  {
    broken: 'a panel has takes but shows none',
    sql: 'SELECT p."id" FROM "Panel" p WHERE p."currentTakeId" IS NULL AND EXISTS (SELECT 1 FROM "Take" t WHERE t."panelId" = p."id")',
  },
  {
    broken: 'a panel would give a revision twice',
    sql: 'SELECT p."id" FROM "Panel" p JOIN "Take" t ON t."panelId" = p."id" WHERE t."revision" >= p."nextRevision"',
  },
  {
    broken: 'a story would give a panel number twice',
    sql: 'SELECT s."id" FROM "Story" s JOIN "Panel" p ON p."storyId" = s."id" WHERE p."number" >= s."nextPanelNumber"',
  },
  {
    broken: "a character's canon is another's",
    sql: 'SELECT c."id" FROM "Character" c JOIN "Canon" k ON k."id" = c."currentCanonId" WHERE k."characterId" <> c."id"',
  },
  {
    broken: 'a retired character holds its name, or an active one does not',
    sql: `SELECT "id" FROM "Character" WHERE ("status" = 'active') <> ("heldName" IS NOT NULL)`,
  },
  {
    broken: 'a job runs without a lease, or has one without running',
    sql: `SELECT "id" FROM "Job" WHERE ("status" = 'running') <> ("leasedBy" IS NOT NULL AND "leaseUntil" IS NOT NULL)`,
  },
  {
    broken: 'a job ended without a time, or has one without having ended',
    sql: `SELECT "id" FROM "Job" WHERE ("status" IN ('queued', 'running')) = ("finishedAt" IS NOT NULL)`,
  },
  {
    broken: "a job's last event does not tell its end",
    sql: `SELECT j."id" FROM "Job" j WHERE j."status" NOT IN ('queued', 'running') AND NOT EXISTS
      (SELECT 1 FROM "JobEvent" e WHERE e."jobId" = j."id" AND e."type" = j."status")`,
  },
  {
    broken: 'a posted message has no id',
    sql: `SELECT "id" FROM "PostedMessage" WHERE "status" IN ('posted', 'stale') AND "messageId" IS NULL`,
  },
];

/** Looks at the whole database. @returns what is wrong, in words with the rows' ids; nothing if all is well */
export async function checkIntegrity({ provider, client }: Database): Promise<string[]> {
  const problems: string[] = [];
  if (provider === 'sqlite') {
    const pages = await client.$queryRawUnsafe<{ integrity_check: string }[]>('PRAGMA integrity_check');
    problems.push(...pages.map((row) => row.integrity_check).filter((text) => text !== 'ok'));
    const dangling = await client.$queryRawUnsafe<{ table: string; parent: string }[]>('PRAGMA foreign_key_check');
    problems.push(...dangling.map(({ table, parent }) => `a row of ${table} refers to a missing row of ${parent}`));
  }
  for (const { broken, sql } of INVARIANTS) {
    const rows = await client.$queryRawUnsafe<{ id: string }[]>(sql);
    if (rows.length > 0) problems.push(`${broken}: ${rows.map(({ id }) => id).join(', ')}`);
  }
  return problems;
}
