import { expect } from 'vitest';
import { DiscordError } from '../../src/rehearsal/discord-error.ts';
import { Field } from '../../src/rehearsal/validation/field.ts';
import { errorLines, FormErrors } from '../../src/rehearsal/validation/form-errors.ts';

/** What Discord would say against a body, as `path: message` lines. */
export function complaints(body: unknown, check: (form: Field) => void): string[] {
  const errors = new FormErrors();
  check(new Field(body, errors));
  try {
    errors.throwIfAny();
    return [];
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    expect([error.status, error.code]).toEqual([400, 50035]);
    return errorLines(error.errors ?? {});
  }
}

export function times<T>(n: number, make: (index: number) => T): T[] {
  return Array.from({ length: n }, (_, index) => make(index));
}
