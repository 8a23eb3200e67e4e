import { z } from 'zod';
import {
  type ConsistencySettings,
  DEFAULT_SETTINGS,
  SEPARATED,
  type Separation,
} from '../engine/consistory/settings.ts';
import { UserError } from '../errors/user-error.ts';

interface Override {
  readonly name: string;
  /** what its value may be, for people */
  readonly takes: string;
  readonly apply: (settings: ConsistencySettings, value: string) => ConsistencySettings | undefined;
}

const SWITCH = z.enum(['on', 'off']).transform((value) => value === 'on');
const SHARE = z.coerce.number().min(0).max(1);
const COSINE = z.coerce.number().min(-1).max(1);
const COUNT = z.coerce.number().int().positive();

const PAPER_BLENDING = DEFAULT_SETTINGS.queryBlending;
const PAPER_INJECTION = DEFAULT_SETTINGS.featureInjection;

/** Every setting by name; a part that is off is switched on, with the paper's values, by setting one of its values. */
export const OVERRIDES: readonly Override[] = [
  override('sharing', 'on or off', SWITCH, (s, sharedAttention) => ({ ...s, sharedAttention })),
  override('dropout', '0 to 1', SHARE, (s, maskDropout) => ({ ...s, maskDropout })),
  override('blending', 'on or off', SWITCH, (s, on) => ({ ...s, queryBlending: on ? PAPER_BLENDING : undefined })),
  blending('blendFrom', (b, from) => ({ ...b, from })),
  blending('blendTo', (b, to) => ({ ...b, to })),
  blending('blendUntil', (b, until) => ({ ...b, until })),
  override('injection', 'on or off', SWITCH, (s, on) => ({ ...s, featureInjection: on ? PAPER_INJECTION : undefined })),
  override('tokens', 'subject or all', z.enum(['subject', 'all']), (s, sharedTokens) => ({ ...s, sharedTokens })),
  injection('lookahead', 'pass, or a whole number from 1', z.literal('pass').or(COUNT), (i, lookahead) => ({
    ...i,
    lookahead,
  })),
  injection('strength', '0 to 1', SHARE, (i, strength) => ({ ...i, strength })),
  injection('injectFrom', '0 to 1', SHARE, (i, from) => ({ ...i, from })),
  injection('injectUntil', '0 to 1', SHARE, (i, until) => ({ ...i, until })),
  injection('similarity', 'otsu, or -1 to 1', z.literal('otsu').or(COSINE), (i, similarity) => ({ ...i, similarity })),
  override('anchors', 'all, or a whole number from 1', z.literal('all').or(COUNT), (s, anchors) => ({ ...s, anchors })),
  override('separation', 'on or off', SWITCH, (s, on) => ({ ...s, separation: on ? SEPARATED : undefined })),
  separation('ownPrompts', 'on or off', SWITCH, (apart, prompts) => ({ ...apart, prompts })),
  separation('ownTokens', 'on or off', SWITCH, (apart, sharing) => ({ ...apart, sharing })),
  separation('smoothing', '0 to 1', SHARE, (apart, smoothing) => ({ ...apart, smoothing })),
  override('maskWindow', 'a whole number from 1', COUNT, (s, maskWindow) => ({ ...s, maskWindow })),
];

/**
 * @param text such as `dropout=0.25`
 * @throws UserError `evaluation-override`
 */
export function applyOverride(settings: ConsistencySettings, text: string): ConsistencySettings {
  const [name = '', value = ''] = text.split('=', 2);
  const known = OVERRIDES.find((candidate) => candidate.name === name.trim());
  const changed = known?.apply(settings, value.trim());
  if (changed) return changed;
  const names = OVERRIDES.map((candidate) => candidate.name).join(', ');
  throw new UserError('evaluation-override', {
    expected: known ? `${known.takes} for ${known.name}` : `one of ${names}`,
    got: `"${text}"`,
    todo: 'Write an override as name=value, for instance all+dropout=0.25.',
    override: text,
  });
}

function override<T>(
  name: string,
  takes: string,
  schema: z.ZodType<T>,
  change: (settings: ConsistencySettings, value: T) => ConsistencySettings,
): Override {
  return {
    name,
    takes,
    apply: (settings, text) => {
      const parsed = text === '' ? undefined : schema.safeParse(text); // Number('') is 0
      return parsed?.success ? change(settings, parsed.data) : undefined;
    },
  };
}

function blending(name: string, change: (b: Part<'queryBlending'>, value: number) => Part<'queryBlending'>): Override {
  return override(name, '0 to 1', SHARE, (s, value) => ({
    ...s,
    queryBlending: change(s.queryBlending ?? (PAPER_BLENDING as Part<'queryBlending'>), value),
  }));
}

function injection<T>(
  name: string,
  takes: string,
  schema: z.ZodType<T>,
  change: (i: Part<'featureInjection'>, value: T) => Part<'featureInjection'>,
): Override {
  return override(name, takes, schema, (s, value) => ({
    ...s,
    featureInjection: change(s.featureInjection ?? (PAPER_INJECTION as Part<'featureInjection'>), value),
  }));
}

function separation<T>(
  name: string,
  takes: string,
  schema: z.ZodType<T>,
  change: (apart: Separation, value: T) => Separation,
): Override {
  return override(name, takes, schema, (s, value) => ({ ...s, separation: change(s.separation ?? SEPARATED, value) }));
}

type Part<Name extends 'queryBlending' | 'featureInjection'> = NonNullable<ConsistencySettings[Name]>;
