import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deriveSchema, PROVIDERS } from '../../scripts/prisma/derive-schema.ts';
import { diffSchemas } from '../../scripts/prisma/diff-schemas.ts';
import { MIGRATIONS_ROOT, migrate } from '../../src/store/migrate.ts';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import { openStore } from '../../src/store/store.ts';
import { freshDatabaseUrl, TEST_PROVIDERS, TestClock } from './support/fresh-database.ts';
import { GUILD, RUSTY } from './support/samples.ts';

const NEXT = '29991231235959_next';

async function migrationsCopy(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'troupe-migrations-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await cp(MIGRATIONS_ROOT, root, { recursive: true });
  return root;
}

async function addMigration(root: string, provider: string, sql: string): Promise<void> {
  const folder = join(root, provider, 'migrations', NEXT);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
}

describe.each(PROVIDERS)('the schema for %s', (provider) => {
  test('given the master schema, then the derived one is up to date, and the providers have the same migrations', async () => {
    const master = await readFile(join(MIGRATIONS_ROOT, 'schema.prisma'), 'utf8');
    const derived = await readFile(join(MIGRATIONS_ROOT, provider, 'schema.prisma'), 'utf8');
    expect(derived).toBe(deriveSchema(master, provider));
    const names = (await readdir(join(MIGRATIONS_ROOT, provider, 'migrations'))).filter((name) => /^\d/.test(name));
    const otherNames = await Promise.all(
      PROVIDERS.map(async (each) => (await readdir(join(MIGRATIONS_ROOT, each, 'migrations'))).sort()),
    );
    expect(names.length).toBeGreaterThan(0);
    expect(otherNames[0]).toEqual(otherNames[1]);
  });

  test('given a schema against itself, then there is no difference, and against a changed one there is', async () => {
    const schema = await readFile(join(MIGRATIONS_ROOT, provider, 'schema.prisma'), 'utf8');
    expect(await diffSchemas(provider, schema, schema)).toBeUndefined();
    const changed = schema.replace('  looks ', '  furColour String?\n  looks ');
    expect(await diffSchemas(provider, schema, changed)).toContain('ADD COLUMN');
  });
});

describe.each(TEST_PROVIDERS)('migrating on %s', (provider) => {
  test('given no database, then all tables are made, once', async () => {
    const url = await freshDatabaseUrl(provider);
    const names = (await readdir(join(MIGRATIONS_ROOT, provider, 'migrations'))).filter((name) => /^\d/.test(name));
    expect(await migrate(url)).toEqual(names.sort());
    expect(await migrate(url)).toEqual([]);
  });

  test("given an applied migration, then Prisma's own table holds its SHA-256", async () => {
    const url = await freshDatabaseUrl(provider);
    const [name] = await migrate(url);
    const database = await connectDatabase(url);
    const rows = await database.client.$queryRawUnsafe<{ checksum: string }[]>(
      'SELECT checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    await database.close();
    const sql = await readFile(join(MIGRATIONS_ROOT, provider, 'migrations', name ?? '', 'migration.sql'));
    expect(rows[0]?.checksum).toBe(createHash('sha256').update(sql).digest('hex'));
  });

  test('given data of the version before, then a migration that rebuilds its tables keeps all of it', async () => {
    const url = await freshDatabaseUrl(provider);
    const store = await openStore({ databaseUrl: url, clock: new TestClock() });
    const character = await store.characters.create(GUILD, '42', RUSTY);
    await store.castings.add(character.id, { blobHash: 'b', pictureHash: null, modelHash: 'm', seed: '1' });
    await store.close();

    const root = await migrationsCopy();
    const schema = await readFile(join(root, provider, 'schema.prisma'), 'utf8');
    // A new default and a new foreign key: on SQLite, Character is copied, dropped and renamed.
    const changed = schema.replace(
      /^( {2}looks +String)$/m,
      '$1 @default("nondescript")\n  rivalId String?\n  rival Character? @relation("Rival", fields: [rivalId], references: [id])\n  rivals Character[] @relation("Rival")',
    );
    const sql = await diffSchemas(provider, schema, changed);
    if (provider === 'sqlite') expect(sql).toContain('DROP TABLE "Character"');
    await addMigration(root, provider, sql ?? '');
    expect(await migrate(url, root)).toEqual([NEXT]);

    const database = await connectDatabase(url);
    expect(await database.client.canon.count()).toBe(1);
    expect(await database.client.character.findMany({ select: { name: true } })).toEqual([{ name: 'Rusty' }]);
    await database.close();
  });

  test('given a migration that fails in its middle, then the database is as before and the next try works', async () => {
    const url = await freshDatabaseUrl(provider);
    await migrate(url);
    const root = await migrationsCopy();
    await addMigration(root, provider, 'CREATE TABLE "Half" ("id" INTEGER); CREATE TABLE "Half" ("id" INTEGER);');
    await expect(migrate(url, root)).rejects.toThrow(`Migration ${NEXT} failed`);
    expect(await migrate(url)).toEqual([]);
    await writeFile(join(root, provider, 'migrations', NEXT, 'migration.sql'), 'CREATE TABLE "Half" ("id" INTEGER);');
    expect(await migrate(url, root)).toEqual([NEXT]);
  });

  test('given a database of a newer version, then it is refused by name', async () => {
    const url = await freshDatabaseUrl(provider);
    const root = await migrationsCopy();
    await addMigration(root, provider, 'CREATE TABLE "Later" ("id" INTEGER);');
    await migrate(url, root);
    await expect(migrate(url)).rejects.toMatchObject({ code: 'database-newer', context: { unknown: [NEXT] } });
  });

  test('given a migration that was changed after it was applied, then it is refused by name', async () => {
    const url = await freshDatabaseUrl(provider);
    const root = await migrationsCopy();
    await addMigration(root, provider, 'CREATE TABLE "Later" ("id" INTEGER);');
    await migrate(url, root);
    await writeFile(join(root, provider, 'migrations', NEXT, 'migration.sql'), 'SELECT 1;');
    await expect(migrate(url, root)).rejects.toMatchObject({ code: 'migration-changed', context: { migration: NEXT } });
  });
});

test.each(['mysql://root:secret@host/db', 'troupe.db', '', 'file:', 'file:x?mode=ro'])(
  'given the address "%s", then it is refused without being shown',
  async (url) => {
    await expect(migrate(url)).rejects.toMatchObject({ code: 'database-url-unknown' });
    await expect(migrate(url)).rejects.not.toThrow('secret');
  },
);
