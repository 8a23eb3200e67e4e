import { UserError } from '../../errors/user-error.ts';

/** `bad`: must be mended before Troupe can work. `warning`: it works, but not as well. */
export type Health = 'well' | 'warning' | 'bad';

/** What a look at one thing found. */
export interface Finding {
  /** what was looked at */
  readonly about: string;
  readonly health: Health;
  readonly found: string;
  /** what to do; for everything that isn't well */
  readonly fix?: string;
}

export const well = (about: string, found: string): Finding => ({ about, health: 'well', found });
export const warning = (about: string, found: string, fix: string): Finding => ({
  about,
  health: 'warning',
  found,
  fix,
});
export const bad = (about: string, found: string, fix: string): Finding => ({ about, health: 'bad', found, fix });

/** Looks; what it throws is a finding too. */
export async function examine(about: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UserError) {
      return [bad(about, `expected ${error.context.expected}, got ${error.context.got}`, error.context.todo)];
    }
    const message = error instanceof Error ? error.message : String(error);
    return [
      bad(about, message, 'Mend what the message says; if it is none of your doing, report it with the message.'),
    ];
  }
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
