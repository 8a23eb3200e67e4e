import Database from 'libsql';
import { BLOCKING_WAIT_MS, retryBusy } from './sqlite-busy.ts';

export type SqliteValue = string | number | bigint | boolean | Uint8Array | null;

/** What Prisma's adapter reads of a result. */
export interface SqliteResult {
  readonly columns: string[];
  /** As declared, or '' where a column isn't one of a table. */
  readonly columnTypes: string[];
  readonly rows: unknown[][];
  readonly rowsAffected: number;
}

const WRITES = /^\s*(INSERT|UPDATE|DELETE)\b/i;

/**
 * One connection to a SQLite file, on which every write is in a transaction that takes the write lock when it begins.
 *
 * Beginning is the only thing that another process's lock can refuse, and it is done by `exec`: libsql doesn't reset a
 * prepared statement that failed as busy, and as long as one lives no transaction of the connection can be committed.
 */
export class SqliteConnection {
  readonly #database: Database.Database;

  constructor(path: string) {
    // libsql takes the timeout, its types don't say so.
    this.#database = new Database(path, { timeout: BLOCKING_WAIT_MS } as Database.Options);
  }

  async begin(): Promise<void> {
    await retryBusy(() => this.exec('BEGIN IMMEDIATE'));
  }

  commit(): void {
    this.exec('COMMIT');
  }

  /** Nothing is left to roll back where SQLite has done it by itself. */
  rollback(): void {
    if (this.#database.inTransaction) this.exec('ROLLBACK');
  }

  /** Runs statements without parameters. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs one statement; a write outside of a transaction in one of its own. */
  async execute(sql: string, args: readonly SqliteValue[] = []): Promise<SqliteResult> {
    if (this.#database.inTransaction || !WRITES.test(sql)) return this.#run(sql, args);
    await this.begin();
    try {
      const result = this.#run(sql, args);
      this.commit();
      return result;
    } finally {
      this.rollback();
    }
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, args: readonly SqliteValue[]): SqliteResult {
    const statement = this.#database.prepare(sql).safeIntegers(true);
    const values = args.map((value) => (typeof value === 'boolean' ? BigInt(value) : value));
    if (!statement.reader) {
      return { columns: [], columnTypes: [], rows: [], rowsAffected: statement.run(values).changes };
    }
    const columns = statement.raw(true).columns();
    return {
      columns: columns.map(({ name }) => name),
      columnTypes: columns.map(({ type }) => type ?? ''),
      rows: statement.all(values) as unknown[][],
      rowsAffected: 0,
    };
  }
}
