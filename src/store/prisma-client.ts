import type { Prisma, PrismaClient } from '../generated/sqlite/client.ts';
import { type DatabaseLocation, parseDatabaseUrl } from './database-url.ts';
import { storable } from './storable-text.ts';

/** What a query is asked of: the database, or a transaction on it. */
export type Connection = Prisma.TransactionClient;

/** One database, SQLite or PostgreSQL: the repositories can't tell which. */
export interface Database {
  readonly provider: DatabaseLocation['provider'];
  /** For reads, and for single writes that need nothing else to hold. */
  readonly client: Connection;
  /**
   * Runs all of `work` in one transaction. On SQLite it holds the write lock from its beginning; PostgreSQL's is read
   * committed, so what `work` reads to decide by it first locks with an update (parties.ts). `work` may be run again
   * when PostgreSQL breaks up a deadlock, so it must do nothing but queries on its transaction.
   */
  write<T>(work: (transaction: Connection) => Promise<T>): Promise<T>;
  /** Lets what was deleted disappear from the files too, as far as other processes' reads allow. */
  purge(): Promise<void>;
  close(): Promise<void>;
}

/** In ms. Writers queue behind each other within a process; a slow disk must not turn that into errors. */
const TRANSACTION_OPTIONS = { maxWait: 30_000, timeout: 30_000 };

const WRITE_TRIES = 5;

/** Connects to a database whose tables are there already: see migrate.ts. */
export async function connectDatabase(databaseUrl: string): Promise<Database> {
  const location = parseDatabaseUrl(databaseUrl);
  const plain = await connectClient(location);
  const client = plain.$extends({
    query: { $allOperations: ({ args, query }) => query(storable(args)) },
  }) as unknown as PrismaClient;
  return {
    provider: location.provider,
    client,
    write: (work) => retryConflicts(() => client.$transaction(work)),
    async purge() {
      // PostgreSQL's autovacuum does it in its own time.
      if (location.provider === 'sqlite') await client.$queryRaw`PRAGMA wal_checkpoint(TRUNCATE)`;
    },
    close: () => plain.$disconnect(),
  };
}

/** Only the provider in use is loaded. The two generated clients are the same but for what SQLite lacks. */
async function connectClient(location: DatabaseLocation): Promise<PrismaClient> {
  if (location.provider === 'sqlite') {
    const [{ PrismaClient }, { SqliteAdapter }] = await Promise.all([
      import('../generated/sqlite/client.ts'),
      import('./sqlite-adapter.ts'),
    ]);
    return new PrismaClient({ adapter: new SqliteAdapter(location.path), transactionOptions: TRANSACTION_OPTIONS });
  }
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
    import('../generated/postgresql/client.ts'),
    import('@prisma/adapter-pg'),
  ]);
  return new PrismaClient({
    adapter: new PrismaPg({ connectionString: location.url }),
    transactionOptions: TRANSACTION_OPTIONS,
  }) as unknown as PrismaClient;
}

async function retryConflicts<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (tries === WRITE_TRIES || prismaCode(error) !== 'P2034') throw error;
    }
  }
}

function prismaCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
