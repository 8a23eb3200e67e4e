import {
  type ConsistencySettings,
  DEFAULT_SETTINGS,
  EXACT_SETTINGS,
  PAPER_SETTINGS,
  PLAIN_SETTINGS,
} from '../engine/consistory/settings.ts';
import { UserError } from '../errors/user-error.ts';
import { applyOverride } from './setting-overrides.ts';

/** One way to draw the stories. */
export interface Variant {
  /** as it is written in `--variants` */
  readonly name: string;
  readonly settings: ConsistencySettings;
  /** every panel from the first panel's noise */
  readonly sameNoise: boolean;
  /** prompts with all attributes of the subject */
  readonly spelledOut: boolean;
}

interface Base extends Omit<Variant, 'name'> {
  readonly about: string;
}

/** What the others are compared with. */
export const PLAIN = 'plain';

export const BASES: Readonly<Record<string, Base>> = {
  [PLAIN]: base('text-to-image, panel by panel', PLAIN_SETTINGS),
  shared: base('shared attention only, with dropout and query blending', {
    ...DEFAULT_SETTINGS,
    featureInjection: undefined,
  }),
  injection: base('feature injection only', { ...DEFAULT_SETTINGS, sharedAttention: false, queryBlending: undefined }),
  all: base("the engine's default settings, everything on", DEFAULT_SETTINGS),
  exact: base("the same, with the paper's two passes, and characters apart by their masks alone", EXACT_SETTINGS),
  paper: base("the paper's settings", PAPER_SETTINGS),
  unmasked: base(
    'baseline: attention shared without masks, as StoryDiffusion shares it: half of all tokens, of all panels',
    {
      ...PLAIN_SETTINGS,
      sharedAttention: true,
      sharedTokens: 'all',
      maskDropout: 0.5,
      anchors: 'all',
    },
  ),
  'same-noise': { ...base('baseline: plain, all panels from the same noise', PLAIN_SETTINGS), sameNoise: true },
  'spelled-out': {
    ...base("baseline: plain, the subject's colour, accessory and its colour in every prompt", PLAIN_SETTINGS),
    spelledOut: true,
  },
};

/** What `--quick` draws: the method step by step, its parts by themselves, and the baselines. */
export const QUICK_VARIANTS = 'plain,shared,injection,all,exact,paper,same-noise,spelled-out';

export const FULL_VARIANTS = `${QUICK_VARIANTS},unmasked,all+dropout=0,all+blending=off,all+anchors=all`;

/**
 * Comma-separated variants, each a base and overrides: `all,all+anchors=all,all+dropout=0+maskWindow=4`. Plain is
 * always among them, in front, for the others are compared with it.
 * @throws UserError `evaluation-variant`, `evaluation-override`
 */
export function parseVariants(text: string): Variant[] {
  const names = [PLAIN, ...text.split(',').map((name) => name.replaceAll(' ', ''))];
  return [...new Set(names)].map(parseVariant);
}

function parseVariant(name: string): Variant {
  const [baseName = '', ...overrides] = name.split('+');
  const found = Object.hasOwn(BASES, baseName) ? BASES[baseName] : undefined;
  if (!found) {
    throw new UserError('evaluation-variant', {
      expected: `a variant that starts with ${Object.keys(BASES).join(', ')}`,
      got: `"${name}"`,
      todo: 'Write variants as base+name=value, separated by commas, for instance plain,all,all+anchors=all.',
      variant: name,
    });
  }
  const { settings, sameNoise, spelledOut } = found;
  return { name, settings: overrides.reduce(applyOverride, settings), sameNoise, spelledOut };
}

function base(about: string, settings: ConsistencySettings): Base {
  return { about, settings, sameNoise: false, spelledOut: false };
}
