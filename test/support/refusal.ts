import { UserError } from '../../src/errors/user-error.ts';

/** The UserError that `attempt` throws; any other outcome fails the test. */
export function refusal(attempt: () => unknown): UserError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('was not refused');
}
