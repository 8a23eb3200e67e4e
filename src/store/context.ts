import type { Database } from './prisma-client.ts';

/** Milliseconds since 1970. */
export interface Clock {
  now(): number;
}

/** What every repository is built on. */
export interface StoreContext {
  readonly database: Database;
  readonly clock: Clock;
  /** A new UUID at each call. */
  readonly newId: () => string;
}

export function nowOf({ clock }: Pick<StoreContext, 'clock'>): Date {
  return new Date(clock.now());
}
