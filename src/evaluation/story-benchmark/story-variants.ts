import type { ConsistencySettings } from '../../engine/consistory/settings.ts';
import { parseVariants, type Variant } from '../variants.ts';
import type { ShotBatch } from './story-requests.ts';

/** The bot's way, and the two baselines that people have without it. */
export const STORY_VARIANTS = 'plain,all,spelled-out';

/** The name of ViStoryBench's baseline that asks nothing of a model; it is always measured. */
export const COPY_PASTE = 'copy-paste';

export interface StoryVariant extends Variant {
  /** shots look at the canons of those on stage */
  readonly withCanons: boolean;
}

/**
 * Variants as `npm run evaluate` has them (variants.ts). Those that share something draw with canons.
 * @throws UserError `evaluation-variant`, `evaluation-override`
 */
export const storyVariants = (text: string): StoryVariant[] =>
  parseVariants(text).map((variant) => ({ ...variant, withCanons: sharesSomething(variant.settings) }));

export const sharesSomething = ({ sharedAttention, featureInjection }: ConsistencySettings): boolean =>
  sharedAttention || featureInjection !== undefined;

/** A panel's noise hangs on its id: with one id for all, every shot is a batch of its own. */
export function sameNoise(batches: readonly ShotBatch[]): ShotBatch[] {
  return batches.flatMap(({ request, places }) =>
    places.map((place): ShotBatch => {
      const anchors = request.panels.filter((_, i) => !places.includes(i));
      const shot = { ...(request.panels[place] as (typeof anchors)[number]), id: 1 };
      return { request: { ...request, panels: [...anchors, shot] }, places: [anchors.length] };
    }),
  );
}
