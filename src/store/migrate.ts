import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { type DatabaseLocation, parseDatabaseUrl } from './database-url.ts';

/** Where the repository keeps the migrations: <provider>/migrations/<name>/migration.sql. */
export const MIGRATIONS_ROOT = join(import.meta.dirname, '..', '..', 'prisma');

export interface AppliedMigration {
  readonly name: string;
  /** SHA-256 of migration.sql, in hex, as `prisma migrate` writes it. */
  readonly checksum: string;
}

/** What the runner does inside the transaction that holds the migration lock. */
export interface MigrationTransaction {
  /** What Prisma's own table says; the table is made if it isn't there. */
  applied(): Promise<AppliedMigration[]>;
  /** Runs all statements of a migration and notes it as applied. */
  apply(migration: AppliedMigration, sql: string): Promise<void>;
}

/**
 * Brings a database up to this version: applies what is missing, all or nothing. Of processes that start at once, one
 * does it while the others wait. The notes are Prisma's own, so `prisma migrate status | deploy` agree with them.
 * @returns the names of the migrations applied now
 * @throws UserError `database-newer`, `migration-changed`
 */
export async function migrate(databaseUrl: string, root = MIGRATIONS_ROOT): Promise<string[]> {
  const location = parseDatabaseUrl(databaseUrl);
  const migrations = await readMigrations(join(root, location.provider, 'migrations'));
  return locked(location, async (transaction) => {
    const applied = await transaction.applied();
    const byName = new Map(applied.map(({ name, checksum }) => [name, checksum]));
    refuseUnknown(applied, new Set(migrations.map(({ name }) => name)));
    const now: string[] = [];
    for (const { name, checksum, sql } of migrations) {
      const before = byName.get(name);
      if (before === undefined) {
        await transaction.apply({ name, checksum }, sql).catch((cause: unknown) => {
          throw new Error(`Migration ${name} failed; the database is as it was.`, { cause });
        });
        now.push(name);
      } else if (before !== checksum) refuseChanged(name);
    }
    return now;
  });
}

/** Runs `work` in one transaction while no other process can migrate; after an error nothing of it remains. */
async function locked<T>(
  location: DatabaseLocation,
  work: (transaction: MigrationTransaction) => Promise<T>,
): Promise<T> {
  if (location.provider === 'sqlite') return (await import('./migrate-sqlite.ts')).lockSqlite(location.path, work);
  return (await import('./migrate-postgresql.ts')).lockPostgresql(location.url, work);
}

async function readMigrations(folder: string): Promise<(AppliedMigration & { readonly sql: string })[]> {
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, 'migration.sql'))).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function refuseUnknown(applied: readonly AppliedMigration[], known: ReadonlySet<string>): void {
  const unknown = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length === 0) return;
  throw new UserError('database-newer', {
    expected: 'a database of this version of Troupe or an older one',
    got: `one that a newer version has changed (${unknown.join(', ')})`,
    todo: 'Start the newer version, or restore a backup from before its first start.',
    unknown,
  });
}

function refuseChanged(name: string): never {
  throw new UserError('migration-changed', {
    expected: `migration ${name} as it was applied to this database`,
    got: 'a file that was changed afterwards',
    todo: 'Restore the file from git; changes of the schema go into a new migration (npm run migration).',
    migration: name,
  });
}
