/**
 * Writes the next migration of each provider: `npm run migration -- <name>`.
 *
 * The difference between the derived schema of the last migration and prisma/schema.prisma as it is now becomes SQL, by
 * Prisma's own schema engine compiled to WebAssembly: no database, no downloaded engine (docs/adr/0002).
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveSchema, PROVIDERS, type Provider } from './prisma/derive-schema.ts';
import { diffSchemas } from './prisma/diff-schemas.ts';

const ROOT = join(import.meta.dirname, '..', 'prisma');

async function makeMigration(provider: Provider, stamp: string, name: string): Promise<string | undefined> {
  const folder = join(ROOT, provider);
  const snapshot = join(folder, 'schema.prisma');
  const schema = deriveSchema(await readFile(join(ROOT, 'schema.prisma'), 'utf8'), provider);
  const before = existsSync(snapshot) ? await readFile(snapshot, 'utf8') : undefined;
  const sql = await diffSchemas(provider, before, schema);
  let migration: string | undefined;
  if (sql !== undefined) {
    migration = join(folder, 'migrations', `${stamp}_${name}`);
    await mkdir(migration, { recursive: true });
    await writeFile(join(migration, 'migration.sql'), sql);
    await writeFile(join(folder, 'migrations', 'migration_lock.toml'), `provider = "${provider}"\n`);
  }
  // Comments may have changed without a change of the tables.
  await mkdir(folder, { recursive: true });
  await writeFile(snapshot, schema);
  return migration;
}

const name = process.argv[2];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Expected a name in lower case like add_votes: npm run migration -- add_votes');
  process.exitCode = 1;
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  for (const provider of PROVIDERS) {
    console.log(`${provider}: ${(await makeMigration(provider, stamp, name)) ?? 'no change'}`);
  }
}
