import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { DEFAULT_AGE_GATED_LEVEL, DEFAULT_LEVEL } from '../safety/filter-level.ts';
import { DEFAULT_PICTURE_FILTER } from '../safety/picture-filter.ts';
import { type GuildSettings, settingsSchema } from '../store/guild-settings.ts';

/** Settings that are one value; lists of words and roles are changed entry by entry (setting-lists.ts). */
export const SINGLE_SETTINGS = [
  ...['promptFilter', 'ageGatedFilter', 'pictureFilter', 'spoilers', 'creating', 'redrawing'],
  ...['model', 'steps', 'style', 'layout', 'locale', 'panelsPerStory', 'queuedPerMember', 'queuedPerServer'],
] as const as readonly SingleSetting[];

export type ListSetting = 'blockedWords' | 'allowedWords' | 'creatorRoles' | 'moderatorRoles';
export type SingleSetting = Exclude<keyof GuildSettings, ListSetting>;

/** What holds while nothing is set, where that is not up to the bot's configuration. */
export const BUILT_IN: Readonly<Partial<Record<SingleSetting, string>>> = {
  promptFilter: DEFAULT_LEVEL,
  ageGatedFilter: DEFAULT_AGE_GATED_LEVEL,
  pictureFilter: DEFAULT_PICTURE_FILTER,
  spoilers: 'flagged',
  creating: 'everyone',
  redrawing: 'everyone',
};

/** What is possible and isn't known to the schema. */
export interface Possibilities {
  /** model folders' names; `undefined` where nobody knows: then any name passes */
  readonly models?: readonly string[];
  /** languages of the bot's texts */
  readonly locales: readonly string[];
}

export function isSingleSetting(name: string): name is SingleSetting {
  return (SINGLE_SETTINGS as readonly string[]).includes(name);
}

/** The values that a setting can have, or `undefined` where there are too many to list. */
export function possibleValues(
  setting: SingleSetting,
  { models, locales }: Possibilities,
): readonly string[] | undefined {
  if (setting === 'model') return models;
  if (setting === 'locale') return locales;
  const schema = inner(setting);
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined;
}

/** The range of a setting that is a number. */
export function numberRange(setting: SingleSetting): readonly [min: number, max: number] | undefined {
  const schema = inner(setting);
  return schema instanceof z.ZodNumber ? [schema.minValue ?? 0, schema.maxValue ?? 0] : undefined;
}

/**
 * What a person typed for a setting, as it is stored.
 * @param label of a value in the person's language: it may be typed too
 * @throws UserError `setting-invalid`
 */
export function readSetting(
  setting: SingleSetting,
  typed: string,
  possibilities: Possibilities,
  label: (value: string) => string,
): GuildSettings[SingleSetting] {
  const text = typed.trim();
  const values = possibleValues(setting, possibilities);
  if (values) {
    const same = (value: string) => [value, label(value)].some((name) => name.toLowerCase() === text.toLowerCase());
    const value = values.find(same);
    if (value === undefined) throw impossible(setting, values.join(', '));
    return value as GuildSettings[SingleSetting];
  }
  const range = numberRange(setting);
  const parsed = inner(setting).safeParse(range ? readNumber(text) : text);
  if (!parsed.success || text === '')
    throw impossible(setting, range ? `${range[0]}–${range[1]}` : String(parsed.error?.issues[0]?.message));
  return parsed.data as GuildSettings[SingleSetting];
}

/** Whole numbers in digits only: not "0x10", "1e2" or "". */
function readNumber(text: string): number {
  return /^\d{1,9}$/u.test(text) ? Number(text) : Number.NaN;
}

function inner(setting: SingleSetting): z.ZodType {
  return settingsSchema.shape[setting].unwrap();
}

function impossible(setting: SingleSetting, possible: string): UserError {
  return new UserError('setting-invalid', {
    expected: `for ${setting}: ${possible}`,
    got: 'something else',
    todo: 'Choose another value; /settings shows what is possible.',
    setting,
    possible,
  });
}
