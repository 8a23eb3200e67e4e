import { type Client, type Config, createClient, type InStatement, type Transaction } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';

/** How long a writer waits for another process's transaction, in ms. Without it, two writers fail at once. */
export const BUSY_TIMEOUT_MS = 5000;

/**
 * WAL lets others read while one writes. FULL makes a commit outlive a power cut, not only a killed process.
 * Foreign keys are a setting of each connection in SQLite. What is deleted is overwritten: erased means erased.
 */
const CONNECTION_PRAGMAS = `PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
  PRAGMA secure_delete=ON;`;

export function sqliteConfig(url: string): Config {
  return { url, intMode: 'bigint', timeout: BUSY_TIMEOUT_MS };
}

/**
 * Prisma's libsql adapter, on one connection and with transactions that take the write lock when they begin.
 *
 * The adapter begins deferred transactions: one that reads first and then writes fails at once when another process has
 * written in between, whatever the timeout. And libsql opens a new connection after each transaction, and never closes
 * the old one. The adapter runs one statement or transaction at a time, so a single connection is enough.
 */
export class SqliteAdapter extends PrismaLibSql {
  constructor(url: string) {
    super(sqliteConfig(url));
  }

  override createClient(config: Config): Client {
    const client = createClient(config);
    return new Proxy(client, {
      get(target, property) {
        if (property === 'transaction') return () => beginImmediate(target);
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  override async connect(): ReturnType<PrismaLibSql['connect']> {
    const adapter = await super.connect();
    await adapter.executeScript(CONNECTION_PRAGMAS);
    return adapter;
  }
}

/** What the adapter uses of a transaction, on the client's own connection. */
async function beginImmediate(client: Client): Promise<Pick<Transaction, 'execute' | 'commit' | 'rollback'>> {
  await client.execute('BEGIN IMMEDIATE');
  return {
    execute: (statement: InStatement) => client.execute(statement),
    commit: async () => void (await client.execute('COMMIT')),
    rollback: async () => void (await client.execute('ROLLBACK')),
  };
}
