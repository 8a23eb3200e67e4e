import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';

/** A PostgreSQL server to run the repositories' tests on too, whose user may create databases (docs/operations.md). */
const POSTGRES_TEST_URL = process.env.POSTGRES_TEST_URL;

export type TestProvider = 'sqlite' | 'postgresql';

export const TEST_PROVIDERS: readonly TestProvider[] =
  POSTGRES_TEST_URL === undefined ? ['sqlite'] : ['sqlite', 'postgresql'];

/** The address of a database that doesn't exist yet (SQLite) or is empty; gone after the test. */
export async function freshDatabaseUrl(provider: TestProvider): Promise<string> {
  if (provider === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-store-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return `file:${join(folder, 'data', 'troupe.db')}`;
  }
  const name = `troupe_test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name}`);
  onTestFinished(() => administer(`DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(POSTGRES_TEST_URL ?? '');
  url.pathname = name;
  return url.href;
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_TEST_URL });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Time that moves when the test says so. */
export class TestClock {
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

export interface OpenedStore {
  readonly store: Store;
  readonly clock: TestClock;
  readonly databaseUrl: string;
}

/** A store on a fresh database, closed after the test. */
export async function freshStore(provider: TestProvider): Promise<OpenedStore> {
  const databaseUrl = await freshDatabaseUrl(provider);
  const clock = new TestClock();
  const store = await openStore({ databaseUrl, clock });
  // Hooks run in reverse order: closed before the database is dropped.
  onTestFinished(() => store.close());
  return { store, clock, databaseUrl };
}
