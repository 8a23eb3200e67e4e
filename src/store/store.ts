import { randomUUID } from 'node:crypto';
import { blobReferences } from './blob-references.ts';
import { Castings } from './castings.ts';
import { Characters } from './characters.ts';
import type { Clock, StoreContext } from './context.ts';
import { GuildSettingsStore } from './guild-settings.ts';
import { checkIntegrity } from './integrity.ts';
import { JobLeases } from './job-leases.ts';
import { Jobs } from './jobs.ts';
import { MessageDeletions } from './message-deletions.ts';
import { migrate } from './migrate.ts';
import { PostedMessages } from './posted-messages.ts';
import { type Connection, connectDatabase } from './prisma-client.ts';
import { Privacy } from './privacy.ts';
import { ensureQueueState } from './queue-state.ts';
import { Removals } from './removals.ts';
import { Stories } from './stories.ts';
import { Takes } from './takes.ts';
import { Votes } from './votes.ts';

/** What is remembered, by kind. */
export interface Repositories {
  readonly characters: Characters;
  readonly castings: Castings;
  readonly stories: Stories;
  readonly takes: Takes;
  readonly votes: Votes;
  readonly jobs: Jobs;
  readonly leases: JobLeases;
  readonly messages: PostedMessages;
  readonly deletions: MessageDeletions;
  readonly settings: GuildSettingsStore;
}

/** Everything that Troupe remembers, but for the bytes of pictures: those are in a blob store, by hash. */
export interface Store extends Repositories {
  readonly privacy: Privacy;
  readonly removals: Removals;
  /**
   * Does several things in one transaction: all of them or, if `work` throws, none. `work` may be run again, so it
   * must do nothing but use the repositories that it is given.
   */
  atomically<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** The hashes of all blobs in use. */
  blobReferences(): Promise<Set<string>>;
  /** What is wrong with the database; nothing if all is well. */
  checkIntegrity(): Promise<string[]>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `file:<path>` or `postgresql://…` */
  readonly databaseUrl: string;
  readonly clock: Clock;
  /** UUIDs, unless a test wants others. */
  readonly newId?: () => string;
}

/**
 * Brings the database up to this version and opens it. Several processes may do so at once.
 * @throws UserError `database-url-unknown`, `database-newer`, `migration-changed`
 */
export async function openStore({ databaseUrl, clock, newId = randomUUID }: StoreOptions): Promise<Store> {
  await migrate(databaseUrl);
  const database = await connectDatabase(databaseUrl);
  await ensureQueueState(database.client);
  const context: StoreContext = { database, clock, newId };
  return {
    ...repositories(context),
    privacy: new Privacy(context),
    removals: new Removals(context),
    atomically: (work) =>
      database.write((transaction) => {
        // Writes within are parts of this transaction.
        const within = {
          ...database,
          client: transaction,
          write: <T>(part: (t: Connection) => Promise<T>) => part(transaction),
        };
        return work(repositories({ ...context, database: within }));
      }),
    blobReferences: () => blobReferences(database.client),
    checkIntegrity: () => checkIntegrity(database),
    close: () => database.close(),
  };
}

function repositories(context: StoreContext): Repositories {
  return {
    characters: new Characters(context),
    castings: new Castings(context),
    stories: new Stories(context),
    takes: new Takes(context),
    votes: new Votes(context),
    jobs: new Jobs(context),
    leases: new JobLeases(context),
    messages: new PostedMessages(context),
    deletions: new MessageDeletions(context),
    settings: new GuildSettingsStore(context),
  };
}
