import type { RecastOffer } from '../studio/studio.ts';
import { customId } from './custom-id.ts';

const STORY = 'story';
const LORA = 'lora';
export const RECAST_FOR = 'recast-for';

/** What a button says that casts somebody anew for a model. */
export function recastId(characterId: string, { storyId, lora }: RecastOffer): string {
  if (storyId !== undefined) return customId(RECAST_FOR, { args: [characterId, STORY, storyId] });
  if (lora) return customId(RECAST_FOR, { args: [characterId, LORA, lora.key, String(lora.weight)] });
  return customId(RECAST_FOR, { args: [characterId] });
}

/** The same, read. */
export function readRecast([characterId = '', kind, what = '', weight]: readonly string[]): {
  readonly characterId: string;
  readonly like: RecastOffer;
} {
  if (kind === STORY) return { characterId, like: { storyId: what } };
  if (kind === LORA) return { characterId, like: { lora: { key: what, weight: Number(weight) } } };
  return { characterId, like: {} };
}
