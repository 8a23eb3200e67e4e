import { UserError } from '../errors/user-error.ts';

/** A thing that somebody named, by a button of an old message for instance, and that isn't there (any more). */
export function notFound(
  what: 'character' | 'canon' | 'candidate' | 'story' | 'panel' | 'take' | 'job',
  id: string,
): UserError {
  return new UserError(`${what}-not-found`, {
    expected: `a ${what} that still exists`,
    got: `"${id}", which doesn't`,
    todo: 'It may have been erased; look at the list of what there is.',
    id,
  });
}
