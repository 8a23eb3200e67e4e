import type { BlobStore } from '../blobs/blob-store.ts';
import { type ConsistencySettings, DEFAULT_SETTINGS } from '../engine/consistory/settings.ts';
import type { DrawingMemory } from '../engine/pipeline/memory-estimate.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { JobRequest } from '../store/job.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { CastCanon } from './canon-shelf.ts';
import { type ChosenLora, type LoraShelf, storedLora } from './loras.ts';
import type { ModelShelf, StudioModel } from './models.ts';
import type { Drawing } from './recipe.ts';
import type { Asker, Ticket } from './studio.ts';

/** Limits of the installation; servers may set lower ones for themselves. */
export interface StudioLimits {
  readonly panelsPerStory: number;
  /** jobs that may wait */
  readonly queuedPerMember: number;
  readonly queuedPerServer: number;
}

export const DEFAULT_STUDIO_LIMITS: StudioLimits = { panelsPerStory: 9, queuedPerMember: 5, queuedPerServer: 50 };

/** What holds in a server: its own limits, but never more than whoever runs the bot allows. */
export function limitsIn(settings: GuildSettings, most: StudioLimits): StudioLimits {
  const limit = (name: keyof StudioLimits) => Math.min(settings[name] ?? most[name], most[name]);
  return {
    panelsPerStory: limit('panelsPerStory'),
    queuedPerMember: limit('queuedPerMember'),
    queuedPerServer: limit('queuedPerServer'),
  };
}

/** Where requests come in: checked, stored with their job in one transaction, and told to the queue. */
export interface Desk {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly models: ModelShelf;
  readonly loras: LoraShelf;
  /** what a model and its work may take */
  readonly memory: DrawingMemory;
  readonly queue: JobQueue;
  readonly limits: StudioLimits;
  /** for whoever asks for no seed */
  readonly chooseSeed: () => bigint;
}

/** What a request is about and how much it hurries; who asks from where comes with the asker. */
export type Errand = Pick<JobRequest, 'kind' | 'payload' | 'priority' | 'storyId'>;

/** Single pictures come before whole stories, within reason: fair-order.ts says how nobody starves. */
export const SMALL_ERRAND = 1;

/**
 * Stores what `write` stores and the job that it gives, all or nothing.
 * @throws UserError `queue-full-member`, `queue-full-scope`, and what `write` throws
 */
export async function submit<T>(
  { store, queue, limits }: Desk,
  { memberId, scope, channelId }: Asker,
  settings: GuildSettings,
  write: (repositories: Repositories) => Promise<{ readonly errand: Errand; readonly value: T }>,
): Promise<Ticket & { readonly value: T }> {
  const { queuedPerMember: perMember, queuedPerServer: perScope } = limitsIn(settings, limits);
  const { job, value } = await store.atomically(async (repositories) => {
    const { errand, value } = await write(repositories);
    const { job } = await repositories.jobs.enqueue({ ...errand, memberId, scope, channelId }, { perMember, perScope });
    return { job, value };
  });
  // Asked for before the queue hears of it and may take it at once.
  const place = (await queue.place(job.id)) ?? 1;
  queue.announce(job);
  return { job, place, value };
}

/**
 * How pictures are drawn here now: as the server has it, or else as the model's card has it. A canon's anchors come out
 * as they were only if they are drawn as they were, so with a canon its own steps, guidance, sampler and settings count.
 */
export function drawingFor(
  { card }: Pick<StudioModel, 'card'>,
  settings: GuildSettings,
  style: string | undefined,
  canons: readonly CastCanon[] = [],
  loras: readonly ChosenLora[] = [],
): Drawing {
  const canon = canons[0]?.canon;
  // A canon without one was drawn by the model's own.
  const sampler = canon ? canon.sampler : settings.sampler;
  const consistency: ConsistencySettings = canon?.settings ?? DEFAULT_SETTINGS;
  return {
    steps: canon?.steps ?? settings.steps ?? card.steps,
    guidance: canon?.guidance ?? settings.guidance ?? card.guidance,
    ...(sampler && { sampler }),
    promptPrefix: style ?? settings.style ?? card.promptPrefix,
    negativePrompt: '',
    size: canon?.size ?? { width: card.width, height: card.height },
    loras: loras.map(storedLora),
    consistency,
  };
}
