import { type Mask, minMax, subjectMask, unionMasks } from '../../engine/consistory/subject-mask.ts';
import type { Condition } from './conditions.ts';

/**
 * The subject mask that attention gives under a condition: the engine's own rule, or a fixed threshold in its place.
 * @param byStep attention maps of each step from the first, [step][word], each [S]
 */
export function attentionMask(
  byStep: readonly (readonly Float32Array[])[],
  { step, window, rule }: Pick<Condition, 'step' | 'window' | 'rule'>,
): Mask {
  const seen = byStep.slice(window === 'all' ? 0 : Math.max(0, step - window), step);
  const words = seen[0]?.length ?? 0;
  const maps = Array.from({ length: words }, (_, word) => meanMap(seen.map((maps) => maps[word] as Float32Array)));
  if (rule === 'otsu') return subjectMask(maps);
  const masks = maps.map((map) => Uint8Array.from(minMax(map), (value) => (value > 0 && value >= rule ? 1 : 0)));
  return unionMasks(masks, maps[0]?.length ?? 0);
}

function meanMap(maps: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(maps[0]?.length ?? 0);
  for (const map of maps) for (const [i, value] of map.entries()) mean[i] = (mean[i] as number) + value / maps.length;
  return mean;
}
