import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';

/**
 * The options of one of the evaluation's commands, by its schema.
 * @param flags those that take no value
 * @param expected what to say is right
 * @throws UserError `evaluation-options`
 */
export function readArguments<Schema extends z.ZodObject>(
  args: readonly string[],
  schema: Schema,
  flags: readonly string[],
  expected: string,
): z.output<Schema> {
  try {
    const names = Object.keys(schema.shape);
    const options = Object.fromEntries(
      names.map((name) => [name, { type: flags.includes(name) ? 'boolean' : 'string' } as const]),
    );
    return schema.parse({ ...parseArgs({ args: [...args], options, strict: true }).values });
  } catch (cause) {
    throw new UserError(
      'evaluation-options',
      {
        expected,
        got: cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message,
        todo: 'Correct them and try again.',
      },
      { cause },
    );
  }
}
