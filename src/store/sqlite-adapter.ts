import { PrismaLibSql } from '@prisma/adapter-libsql';
import { SqliteConnection, type SqliteValue } from './sqlite-connection.ts';

/**
 * WAL lets others read while one writes. FULL makes a commit outlive a power cut, not only a killed process.
 * Foreign keys are a setting of each connection in SQLite. What is deleted is overwritten: erased means erased.
 */
const CONNECTION_PRAGMAS = ['journal_mode=WAL', 'synchronous=FULL', 'foreign_keys=ON', 'secure_delete=ON'];

type AdapterClient = ReturnType<PrismaLibSql['createClient']>;

/**
 * Prisma's libsql adapter on a connection of ours (docs/adr/0002): the client that comes with it begins transactions
 * that fail when another process writes, and leaves an open connection behind each. The adapter runs one statement or
 * transaction at a time, so a single connection is enough.
 */
export class SqliteAdapter extends PrismaLibSql {
  readonly #path: string;

  constructor(path: string) {
    super({ url: `file:${path}` });
    this.#path = path;
  }

  override createClient(): AdapterClient {
    const connection = new SqliteConnection(this.#path);
    const execute = ({ sql, args }: { sql: string; args: SqliteValue[] }) => connection.execute(sql, args);
    const client = {
      execute,
      executeMultiple: async (sql: string) => connection.exec(sql),
      transaction: async () => {
        await connection.begin();
        return { execute, commit: async () => connection.commit(), rollback: async () => connection.rollback() };
      },
      close: () => connection.close(),
    };
    // The adapter uses these four and no more.
    return client as unknown as AdapterClient;
  }

  override async connect(): ReturnType<PrismaLibSql['connect']> {
    const adapter = await super.connect();
    for (const pragma of CONNECTION_PRAGMAS) {
      await adapter.queryRaw({ sql: `PRAGMA ${pragma}`, args: [], argTypes: [] });
    }
    return adapter;
  }
}
