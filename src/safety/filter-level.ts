import type { GuildSettings } from '../store/guild-settings.ts';

/** How much is refused; each level refuses what the ones before it refuse. */
export const FILTER_LEVELS = ['off', 'slurs', 'standard', 'strict'] as const;
export type FilterLevel = (typeof FILTER_LEVELS)[number];

/** What holds where a server has set nothing. */
export const DEFAULT_LEVEL: FilterLevel = 'standard';
export const DEFAULT_AGE_GATED_LEVEL: FilterLevel = 'slurs';

export type LevelSettings = Pick<GuildSettings, 'promptFilter' | 'ageGatedFilter'>;

/** The level in a channel: an age gate makes it milder, never stricter. */
export function filterLevel(settings: LevelSettings, ageGated: boolean): FilterLevel {
  const level = settings.promptFilter ?? DEFAULT_LEVEL;
  const relaxed = settings.ageGatedFilter ?? DEFAULT_AGE_GATED_LEVEL;
  return ageGated && includesLevel(level, relaxed) ? relaxed : level;
}

/** Whether `level` refuses all that `other` refuses. */
export function includesLevel(level: FilterLevel, other: FilterLevel): boolean {
  return FILTER_LEVELS.indexOf(level) >= FILTER_LEVELS.indexOf(other);
}
