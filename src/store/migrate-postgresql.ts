import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { MigrationTransaction } from './migrate.ts';

/** The advisory lock that `prisma migrate` takes. */
const PRISMA_MIGRATE_LOCK = 72707369;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

/** The lock ends with the transaction, also when this process is killed. */
export async function lockPostgresql<T>(
  url: string,
  work: (transaction: MigrationTransaction) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [PRISMA_MIGRATE_LOCK]);
    const result = await work(postgresqlTransaction(client));
    await client.query('COMMIT');
    return result;
  } finally {
    // Ending the connection rolls back what wasn't committed.
    await client.end();
  }
}

function postgresqlTransaction(client: pg.Client): MigrationTransaction {
  return {
    async applied() {
      await client.query(BOOKKEEPING);
      const { rows } = await client.query<{ name: string; checksum: string }>(
        'SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
      );
      return rows;
    },
    async apply({ name, checksum }, sql) {
      await client.query(sql);
      await client.query(
        `INSERT INTO "_prisma_migrations"
          (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
          VALUES ($1, $2, $3, now(), now(), 1)`,
        [randomUUID(), checksum, name],
      );
    },
  };
}
