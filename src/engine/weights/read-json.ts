import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';

/**
 * Reads a small JSON file and checks it against a schema.
 * @throws UserError `json-unreadable` (missing, no permission, not JSON), `json-invalid` (not what the schema says)
 */
export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(withInfinity(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new UserError(
      'json-unreadable',
      {
        expected: `${file} to be a readable JSON file`,
        got: (cause as Error).message,
        todo: `Fetch ${path.basename(file)} again, or check its permissions.`,
        file,
      },
      { cause },
    );
  }
  return checkJson(value, schema, file);
}

/**
 * What has been read from a JSON file, checked against a schema.
 * @throws UserError `json-invalid`
 */
export function checkJson<T>(value: unknown, schema: z.ZodType<T>, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError('json-invalid', {
    expected: `${file} to have the fields that Troupe knows`,
    got: parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the file'}: ${message}`).join('; '),
    todo: `Correct or fetch ${path.basename(file)} again.`,
    file,
  });
}

/**
 * Python writes -Infinity into JSON, which knows no such number (DPM-Solver's `lambda_min_clipped` in many published
 * configurations). A number too large for a double is read as infinite. Strings are left as they are.
 */
function withInfinity(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|Infinity/gu, (token) => (token === 'Infinity' ? '1e999' : token));
}

/** What a file says before anyone has looked at it: an object with any fields. */
export const ANY_OBJECT: z.ZodType<Readonly<Record<string, unknown>>> = z.record(z.string(), z.unknown());
