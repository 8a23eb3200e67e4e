import { randomBytes } from 'node:crypto';
import { UserError } from '../errors/user-error.ts';

const SEED_LIMIT = 2n ** 64n;
/** Chosen seeds are short enough to be read out and typed again. */
const CHOSEN_BYTES = 4;

/** A seed for whoever asks for none. */
export function randomSeed(): bigint {
  return BigInt(randomBytes(CHOSEN_BYTES).readUInt32LE());
}

/**
 * The seed that somebody asked for, or one that is chosen.
 * @throws UserError `seed-invalid`
 */
export function readSeed(text: string | undefined, choose: () => bigint = randomSeed): bigint {
  if (text === undefined) return choose();
  const trimmed = text.trim();
  if (/^\d{1,20}$/u.test(trimmed) && BigInt(trimmed) < SEED_LIMIT) return BigInt(trimmed);
  throw new UserError('seed-invalid', {
    expected: `a whole number from 0 to ${SEED_LIMIT - 1n} as the seed`,
    got: `"${text}"`,
    todo: 'Give another seed, or none to have one chosen.',
    seed: text,
  });
}
