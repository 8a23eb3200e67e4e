import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MigrationTransaction } from './migrate.ts';
import { SqliteConnection } from './sqlite-connection.ts';

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

/** The lock is the write lock of the database file, held by the transaction from its beginning. */
export async function lockSqlite<T>(path: string, work: (transaction: MigrationTransaction) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const connection = new SqliteConnection(path);
  try {
    // Tables are redefined by copying and dropping; with foreign keys on, dropping would delete what refers to them.
    // The setting has no effect inside a transaction, so it comes before.
    connection.exec('PRAGMA foreign_keys=OFF');
    await connection.begin();
    try {
      const result = await work(sqliteTransaction(connection));
      await refuseDangling(connection);
      connection.commit();
      return result;
    } finally {
      connection.rollback();
    }
  } finally {
    connection.close();
  }
}

function sqliteTransaction(connection: SqliteConnection): MigrationTransaction {
  return {
    async applied() {
      connection.exec(BOOKKEEPING);
      const { rows } = await connection.execute(
        'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
      );
      return rows.map(([name, checksum]) => ({ name: String(name), checksum: String(checksum) }));
    },
    async apply({ name, checksum }, sql) {
      const startedAt = Date.now();
      connection.exec(sql);
      await connection.execute(
        `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
          VALUES (?, ?, ?, ?, ?, 1)`,
        [randomUUID(), checksum, name, startedAt, Date.now()],
      );
    },
  };
}

async function refuseDangling(connection: SqliteConnection): Promise<void> {
  const { rows } = await connection.execute('PRAGMA foreign_key_check');
  if (rows.length > 0) throw new Error(`After migrating, rows of ${String(rows[0]?.[0])} refer to rows that are gone.`);
}
