import { randomBytes } from 'node:crypto';
import { UserError } from '../errors/user-error.ts';

const SEED_LIMIT = 2n ** 64n;
/** Chosen seeds are short enough to be read out and typed again. */
const CHOSEN_BYTES = 4;

/**
 * The seed that somebody asked for, or one chosen at random.
 * @throws UserError `seed-invalid`
 */
export function readSeed(text: string | undefined): bigint {
  if (text === undefined) return BigInt(randomBytes(CHOSEN_BYTES).readUInt32LE());
  const trimmed = text.trim();
  if (/^\d{1,20}$/u.test(trimmed) && BigInt(trimmed) < SEED_LIMIT) return BigInt(trimmed);
  throw new UserError('seed-invalid', {
    expected: `a whole number from 0 to ${SEED_LIMIT - 1n} as the seed`,
    got: `"${text}"`,
    todo: 'Give another seed, or none to have one chosen.',
    seed: text,
  });
}
