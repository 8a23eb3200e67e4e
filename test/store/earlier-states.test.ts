import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MIGRATIONS_ROOT, migrate } from '../../src/store/migrate.ts';
import { type Connection, connectDatabase } from '../../src/store/prisma-client.ts';
import { freshDatabaseUrl, TEST_PROVIDERS, type TestProvider } from './support/fresh-database.ts';

type Row = Record<string, unknown>;

/** Every table's columns with their types; Prisma's own table is left out. */
const COLUMNS: Readonly<Record<TestProvider, string>> = {
  sqlite: `SELECT t.name AS "table", c.name AS "column", c.type AS "type", c."notnull" = 0 AS "optional"
    FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_prisma_migrations'`,
  postgresql: `SELECT table_name AS "table", column_name AS "column", data_type AS "type", is_nullable = 'YES' AS "optional"
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
};

/** As text is the same everywhere, what refers to a row refers to one that is there. */
function literalFor(type: string): string {
  if (/text|char/iu.test(type)) return "'x'";
  if (/timestamp|datetime/iu.test(type)) return "'2026-01-01 00:00:00'";
  if (/json/iu.test(type)) return `'{"x":1}'`;
  if (/bool/iu.test(type)) return 'true';
  if (/int|double|real|numeric/iu.test(type)) return '1';
  throw new Error(`no value for a column of type ${type}`);
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** a boolean, which SQLite tells as a number */
  readonly optional: unknown;
}

/**
 * A row in every table with a value in every column: first those that have to have one, in an order that foreign keys
 * let through; then the others, which may refer to each other in a circle.
 */
async function fillEveryTable(client: Connection, provider: TestProvider): Promise<string[]> {
  const columns = await client.$queryRawUnsafe<Column[]>(COLUMNS[provider]);
  const tables = [...new Set(columns.map(({ table }) => table))];
  const of = (table: string, optional: boolean) =>
    columns.filter((each) => each.table === table && Boolean(each.optional) === optional);

  for (let left = tables; left.length > 0; ) {
    const refused = new Map<string, unknown>();
    for (const table of left) await insertRow(table).catch((error: unknown) => refused.set(table, error));
    if (refused.size === left.length) {
      throw new Error(`no order for ${left.join(', ')}`, { cause: [...refused.values()][0] });
    }
    left = [...refused.keys()];
  }
  for (const table of tables) {
    const values = of(table, true).map(({ column, type }) => `"${column}" = ${literalFor(type)}`);
    if (values.length > 0) await client.$executeRawUnsafe(`UPDATE "${table}" SET ${values.join(', ')}`);
  }
  return tables;

  async function insertRow(table: string): Promise<void> {
    const there = await client.$queryRawUnsafe<Row[]>(`SELECT 1 FROM "${table}"`);
    if (there.length > 0) return; // a migration put it there
    const needed = of(table, false);
    const names = needed.map(({ column }) => `"${column}"`).join(', ');
    const values = needed.map(({ type }) => literalFor(type)).join(', ');
    await client.$executeRawUnsafe(`INSERT INTO "${table}" (${names}) VALUES (${values})`);
  }
}

async function contentsOf(client: Connection, tables: readonly string[]): Promise<Record<string, Row[]>> {
  const contents: Record<string, Row[]> = {};
  for (const table of tables) contents[table] = await client.$queryRawUnsafe<Row[]>(`SELECT * FROM "${table}"`);
  return contents;
}

async function migrationNames(provider: TestProvider): Promise<string[]> {
  const names = await readdir(join(MIGRATIONS_ROOT, provider, 'migrations'));
  return names.filter((name) => /^\d/u.test(name)).sort();
}

/** The migrations as they were when there were only so many. */
async function earlierRoot(provider: TestProvider, names: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'troupe-earlier-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const name of names) {
    const at = [provider, 'migrations', name];
    await cp(join(MIGRATIONS_ROOT, ...at), join(root, ...at), { recursive: true });
  }
  return root;
}

describe.each(TEST_PROVIDERS)(
  'given a database on %s of each earlier version, with a row in every table',
  (provider) => {
    test('then migrating brings it up to this version, and every row is as it was', async () => {
      const names = await migrationNames(provider);
      for (let known = 1; known < names.length; known++) {
        const url = await freshDatabaseUrl(provider);
        await migrate(url, await earlierRoot(provider, names.slice(0, known)));
        const before = await connectDatabase(url);
        const tables = await fillEveryTable(before.client, provider);
        const rows = await contentsOf(before.client, tables);
        await before.close();

        expect(await migrate(url)).toEqual(names.slice(known));
        const after = await connectDatabase(url);
        expect(await contentsOf(after.client, tables)).toMatchObject(rows);
        expect(Object.values(rows).every((each) => each.length === 1)).toBe(true);
        console.info(`${provider}, ${names[known - 1]}: ${tables.length} tables with a row each`);
        // the tables are those that this version's code asks
        expect(await after.client.canon.findMany()).toHaveLength(1);
        expect(await after.client.story.findMany()).toHaveLength(1);
        await after.close();
      }
    });
  },
);
