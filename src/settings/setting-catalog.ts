import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { DEFAULT_AGE_GATED_LEVEL, DEFAULT_LEVEL } from '../safety/filter-level.ts';
import { DEFAULT_PICTURE_FILTER } from '../safety/picture-filter.ts';
import { type GuildSettings, settingsSchema } from '../store/guild-settings.ts';

/** Settings that are one value; lists of words and roles are changed entry by entry (setting-lists.ts). */
export const SINGLE_SETTINGS = [
  ...['promptFilter', 'ageGatedFilter', 'pictureFilter', 'spoilers', 'warnings', 'creating', 'redrawing'],
  ...[
    'model',
    'sampler',
    'steps',
    'guidance',
    'style',
    'layout',
    'locale',
    'panelsPerStory',
    'queuedPerMember',
    'queuedPerServer',
  ],
] as const as readonly SingleSetting[];

export type ListSetting = 'blockedWords' | 'allowedWords' | 'creatorRoles' | 'moderatorRoles';
export type SingleSetting = Exclude<keyof GuildSettings, ListSetting>;

/**
 * Of normal drawings 28 % are warned of an inconsistent subject (docs/results/signatures.md): a server that wants such
 * hints switches them on.
 */
export const DEFAULT_WARNINGS = 'off';

/** What holds while nothing is set, where that is not up to the bot's configuration: a value, or a word for one. */
export const BUILT_IN: Readonly<Partial<Record<SingleSetting, string>>> = {
  promptFilter: DEFAULT_LEVEL,
  ageGatedFilter: DEFAULT_AGE_GATED_LEVEL,
  pictureFilter: DEFAULT_PICTURE_FILTER,
  spoilers: 'flagged',
  creating: 'everyone',
  redrawing: 'everyone',
  warnings: DEFAULT_WARNINGS,
  sampler: 'byModel',
  style: 'byModel',
  layout: 'auto',
  locale: 'byServer',
};

/** What is possible and isn't known to the schema. */
export interface Possibilities {
  /** models' names; `undefined` where nobody knows: then any name passes */
  readonly models?: readonly string[];
  /** what whoever runs the bot allows at most, where that is less than the schema does */
  readonly limits?: Readonly<Partial<Record<SingleSetting, number>>>;
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
export function numberRange(
  setting: SingleSetting,
  { limits = {} }: Pick<Possibilities, 'limits'>,
): readonly [min: number, max: number] | undefined {
  const schema = inner(setting);
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const most = schema.maxValue ?? 0;
  return [schema.minValue ?? 0, Math.min(most, limits[setting] ?? most)];
}

/**
 * What a person typed for a setting, as it is stored.
 * @param label of a value in the person's language: it may be typed too
 * @throws UserError `setting-invalid`, `setting-beyond-limit`
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
  const range = numberRange(setting, possibilities);
  const parsed = inner(setting).safeParse(range ? readNumber(text, isWhole(setting)) : text);
  if (parsed.success && range !== undefined && Number(parsed.data) > range[1]) throw beyondLimit(setting, range[1]);
  if (!parsed.success || text === '')
    throw impossible(setting, range ? `${range[0]}–${range[1]}` : String(parsed.error?.issues[0]?.message));
  return parsed.data as GuildSettings[SingleSetting];
}

/** Numbers in digits only: not "0x10", "1e2" or "". Half of the world writes "7,5". */
function readNumber(text: string, whole: boolean): number {
  const digits = whole ? /^\d{1,9}$/u : /^\d{1,9}(?:[.,]\d{1,4})?$/u;
  return digits.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
}

function isWhole(setting: SingleSetting): boolean {
  const schema = inner(setting);
  return schema instanceof z.ZodNumber && schema.isInt;
}

function inner(setting: SingleSetting): z.ZodType {
  return settingsSchema.shape[setting].unwrap();
}

/** The schema lets it through; it would never count (limitsIn in src/studio/desk.ts). */
function beyondLimit(setting: SingleSetting, most: number): UserError {
  return new UserError('setting-beyond-limit', {
    expected: `at most ${most} for ${setting}`,
    got: 'more',
    todo: 'Choose less, or ask whoever runs the bot to allow more.',
    setting,
    most,
  });
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
