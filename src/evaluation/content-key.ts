import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Hex digits of a key: enough that no two contents of an evaluation meet. */
const KEY_LENGTH = 20;

/** A name for a value that is made of JSON and bigints. Objects are told apart by the order of their fields, too. */
export function contentKey(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  return createHash('sha256').update(text).digest('hex').slice(0, KEY_LENGTH);
}

/** A name for what the TypeScript files below a folder say: results of other code are other results. */
export async function sourceKey(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts')).sort();
  const sources = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return contentKey(files.map((file, i) => [file, sources[i]]));
}
