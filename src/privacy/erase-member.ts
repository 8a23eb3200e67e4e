import type { BlobStore } from '../blobs/blob-store.ts';
import { deleteLeftBlobs } from '../blobs/delete-left-blobs.ts';
import type { Job } from '../store/job.ts';
import type { Erasure } from '../store/privacy.ts';
import type { Store } from '../store/store.ts';
import { deleteMessages } from './delete-erased-messages.ts';

export interface ErasePowers {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Stops a job's work; the store may be asked to do it instead. */
  cancelJob(job: Job): Promise<unknown>;
  /** Deletes a message in Discord. @returns whether it is gone */
  deleteMessage(channelId: string, messageId: string): Promise<boolean>;
}

export interface ErasedMember extends Erasure {
  /** messages that could not be deleted; that is tried again later */
  readonly messagesLeft: number;
}

/**
 * Erases everything of a member, everywhere: work is stopped, rows go in one transaction, then the blobs and messages
 * that nothing refers to any more. Killed in between, it leaves no row: garbage collection takes the blobs, and the
 * messages are noted to be deleted (delete-erased-messages.ts).
 */
export async function eraseMember(memberId: string, powers: ErasePowers): Promise<ErasedMember> {
  const { store, blobs } = powers;
  // What is at work would write once more what is being erased.
  for (const job of await store.jobs.list({ memberId, status: ['queued', 'running'] })) {
    await powers.cancelJob(job).catch(() => store.jobs.cancel(job.id));
  }
  const erasure = await store.privacy.erase(memberId);
  await deleteLeftBlobs(blobs, erasure);
  return { ...erasure, messagesLeft: await deleteMessages(erasure.messages, { ...powers, ...store }) };
}
