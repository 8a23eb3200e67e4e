import { UserError } from '../errors/user-error.ts';

export type DatabaseLocation =
  | { readonly provider: 'sqlite'; readonly path: string }
  | { readonly provider: 'postgresql'; readonly url: string };

/**
 * Which database a DATABASE_URL means: `file:<path>` is SQLite, `postgres://` or `postgresql://` is PostgreSQL.
 * @throws UserError `database-url-unknown`; it never shows the address, which may hold a password
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(url)) return { provider: 'postgresql', url };
  const path = /^file:(?:\/\/(?=\/))?([^?#]+)$/.exec(url)?.[1];
  if (path !== undefined) return { provider: 'sqlite', path };
  throw new UserError('database-url-unknown', {
    expected: 'a DATABASE_URL like file:./data/troupe.db or postgresql://user:password@host/troupe',
    got: url === '' ? 'an empty one' : `one that begins with "${/^[a-z+]*/i.exec(url)?.[0]}"`,
    todo: 'Correct DATABASE_URL, or leave it out to keep everything in ./data/troupe.db.',
  });
}
