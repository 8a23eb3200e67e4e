import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createClient, type Transaction } from '@libsql/client';
import { parseDatabaseUrl } from './database-url.ts';
import type { MigrationTransaction } from './migrate.ts';
import { sqliteConfig } from './sqlite-adapter.ts';

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

/** The lock is the write lock of the database file, held by the transaction from its beginning. */
export async function lockSqlite<T>(url: string, work: (transaction: MigrationTransaction) => Promise<T>): Promise<T> {
  const location = parseDatabaseUrl(url);
  if (location.provider === 'sqlite') await mkdir(dirname(location.path), { recursive: true });
  const client = createClient(sqliteConfig(url));
  try {
    // Tables are redefined by copying and dropping; with foreign keys on, dropping would delete what refers to them.
    // The setting has no effect inside a transaction, so it comes before.
    await client.execute('PRAGMA foreign_keys=OFF');
    const transaction = await client.transaction('write');
    try {
      const result = await work(sqliteTransaction(transaction));
      await refuseDangling(transaction);
      await transaction.commit();
      return result;
    } finally {
      transaction.close();
    }
  } finally {
    client.close();
  }
}

function sqliteTransaction(transaction: Transaction): MigrationTransaction {
  return {
    async applied() {
      await transaction.execute(BOOKKEEPING);
      const { rows } = await transaction.execute(
        'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
      );
      return rows.map((row) => ({ name: String(row.migration_name), checksum: String(row.checksum) }));
    },
    async apply({ name, checksum }, sql) {
      const startedAt = Date.now();
      await transaction.executeMultiple(sql);
      await transaction.execute({
        sql: `INSERT INTO "_prisma_migrations"
          (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)`,
        args: [randomUUID(), checksum, name, startedAt, Date.now()],
      });
    },
  };
}

async function refuseDangling(transaction: Transaction): Promise<void> {
  const { rows } = await transaction.execute('PRAGMA foreign_key_check');
  if (rows.length > 0)
    throw new Error(`After migrating, rows of ${String(rows[0]?.table)} refer to rows that are gone.`);
}
