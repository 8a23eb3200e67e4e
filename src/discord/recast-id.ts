import type { RecastOffer } from '../studio/studio.ts';
import { customId } from './custom-id.ts';

/** Short, as two ids and a marker come to nearly all that a custom id holds. */
const STORY = 's';
const LORA = 'l';
export const CAST_AS = 'cast-as';

/** What a button says that casts somebody anew for a model. */
export function recastId(characterId: string, { storyId, lora }: RecastOffer, marker = ''): string {
  if (storyId !== undefined) return customId(CAST_AS, { marker, args: [characterId, STORY, storyId] });
  if (lora) return customId(CAST_AS, { marker, args: [characterId, LORA, lora.key, String(lora.weight)] });
  return customId(CAST_AS, { marker, args: [characterId] });
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
