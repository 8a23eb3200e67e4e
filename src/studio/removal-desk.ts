import { deleteLeftBlobs } from '../blobs/delete-left-blobs.ts';
import type { Job } from '../store/job.ts';
import type { MessageToDelete } from '../store/message-deletions.ts';
import { CAST_CHARACTER } from './cast-character.ts';
import type { Desk } from './desk.ts';
import { assertMayDelete, assertMayRemove } from './permissions.ts';
import type { Studio } from './studio.ts';

const OPEN = ['queued', 'running'] as const;

/** What was deleted for good: what is left of it is the caller's. */
export interface Removed {
  /** The messages about it: still to be deleted where they are, and noted for that in the store. */
  readonly messages: readonly MessageToDelete[];
  /** Drawings that were stopped for it; their rows are gone, and no end of them is told. */
  readonly stopped: readonly Job[];
}

/**
 * Deletes for good: work is stopped, rows go in one transaction, then the pictures that nothing refers to any more.
 * Killed in between, it leaves either all rows or none; garbage collection takes the pictures.
 */
export function removalDesk({ store, blobs, queue }: Desk): Pick<Studio, 'deleteStory' | 'deleteCharacter'> {
  /** What is at work would go on for nothing. That its rows are gone it finds out by itself. */
  const stop = async (jobs: readonly Job[]): Promise<readonly Job[]> => {
    for (const { id } of jobs) await queue.cancel(id);
    return jobs;
  };

  return {
    async deleteStory(asker, storyId) {
      assertMayDelete(asker, await store.stories.get(storyId));
      const stopped = await stop(await store.jobs.list({ storyId, status: OPEN }));
      const left = await store.removals.story(storyId);
      await deleteLeftBlobs(blobs, left);
      return { messages: left.messages, stopped };
    },

    async deleteCharacter(asker, characterId) {
      assertMayRemove(asker, await store.characters.get(characterId));
      const open = await store.jobs.list({ scope: asker.scope, status: OPEN });
      const castings = open.filter(({ kind }) => kind === CAST_CHARACTER);
      const stopped = await stop(castings.filter(({ payload }) => payload.characterId === characterId));
      const left = await store.removals.character(characterId);
      await deleteLeftBlobs(blobs, left);
      return { messages: left.messages, stopped };
    },
  };
}
