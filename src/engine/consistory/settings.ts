/** How a panel is made to agree with the others. Every part can be switched off for ablation. */
export interface ConsistencySettings {
  /** shared attention (SDSA, paper §4.1): the up blocks' self-attention sees the subject's tokens in other images */
  readonly sharedAttention: boolean;
  /** which tokens of an image others see: its subject's, or for comparison all, as methods without masks share them */
  readonly sharedTokens: 'subject' | 'all';
  /** share of the subject's tokens that is not shared at a step, drawn anew at each (paper §4.2) */
  readonly maskDropout: number;
  /** queries blended with those of a plain pass over the same latents (paper §4.2); undefined: off */
  readonly queryBlending: QueryBlending | undefined;
  /** features injected by correspondence (paper §4.3); undefined: off, and only one pass */
  readonly featureInjection: FeatureInjection | undefined;
  /** how many images of each subject take part in sharing for all, or all of them (paper §4.4) */
  readonly anchors: number | 'all';
  /** steps over which attention maps are averaged before they become masks */
  readonly maskWindow: number;
  /** how characters in one panel are kept apart; undefined: by their masks alone, as in the paper */
  readonly separation: Separation | undefined;
}

/** For panels with several characters (docs/adr/0007-two-characters.md); the others are not touched. */
export interface Separation {
  /** each one's part of the picture hears its own words and not the others' */
  readonly prompts: boolean;
  /** each one's part of the picture looks at its own tokens in other panels and not at the others' */
  readonly sharing: boolean;
  /** blur of the attention that says whose a part is, as a share of the picture's shorter side */
  readonly smoothing: number;
}

export interface QueryBlending {
  /** weight of the plain queries at the first step */
  readonly from: number;
  /** weight of the plain queries at the last step with blending */
  readonly to: number;
  /** share of all steps */
  readonly until: number;
}

export interface FeatureInjection {
  /**
   * How the pictures are foreseen that correspondences are sought in: by a whole first pass (the paper's), or by so
   * many long steps from where injection begins to DIFT's noise level (docs/adr/0006-one-pass.md).
   */
  readonly lookahead: 'pass' | number;
  /** alpha: weight of the injected features */
  readonly strength: number;
  /** shares of all steps between which features are injected */
  readonly from: number;
  readonly until: number;
  /** least cosine similarity of a correspondence; 'otsu' finds it for each panel (paper §4.3) */
  readonly similarity: number | 'otsu';
}

/** The paper's values (§4.1-4.4, appendix A). */
export const PAPER_SETTINGS: ConsistencySettings = {
  sharedAttention: true,
  sharedTokens: 'subject',
  maskDropout: 0.5,
  queryBlending: { from: 0.9, to: 0.8, until: 0.1 },
  featureInjection: { lookahead: 'pass', strength: 0.8, from: 0.1, until: 1 / 3, similarity: 'otsu' },
  anchors: 2,
  maskWindow: 8,
  separation: undefined,
};

const LONGER_INJECTION: FeatureInjection = {
  lookahead: 4,
  strength: 0.8,
  from: 0.1,
  until: 1 / 2,
  similarity: 'otsu',
};

/** Values of docs/adr/0007-two-characters.md. */
export const SEPARATED: Separation = { prompts: true, sharing: true, smoothing: 1 / 4 };

/**
 * Troupe's own: features are injected for longer than in the paper (docs/adr/0004-consistency.md), by correspondences
 * from a look ahead in place of a whole first pass (docs/adr/0006-one-pass.md), and characters that stand together are
 * kept apart.
 */
export const DEFAULT_SETTINGS: ConsistencySettings = {
  ...PAPER_SETTINGS,
  featureInjection: LONGER_INJECTION,
  separation: SEPARATED,
};

/** With the paper's two passes, which cost nearly twice as much, and characters apart by their masks alone, as there. */
export const EXACT_SETTINGS: ConsistencySettings = {
  ...DEFAULT_SETTINGS,
  featureInjection: { ...LONGER_INJECTION, lookahead: 'pass' },
  separation: undefined,
};

/** Plain text-to-image: nothing is shared. */
export const PLAIN_SETTINGS: ConsistencySettings = {
  ...DEFAULT_SETTINGS,
  sharedAttention: false,
  queryBlending: undefined,
  featureInjection: undefined,
  separation: undefined,
};

/** Weight of the vanilla queries at a step, 0 where nothing is blended. */
export function queryStrength(blending: QueryBlending | undefined, step: number, steps: number): number {
  const last = Math.round((blending?.until ?? 0) * steps);
  if (!blending || step >= last) return 0;
  return last <= 1 ? blending.from : blending.from + ((blending.to - blending.from) * step) / (last - 1);
}

/** The steps [from, until) at which features are injected. */
export function injectionSteps(injection: FeatureInjection, steps: number): readonly [number, number] {
  return [Math.round(injection.from * steps), Math.round(injection.until * steps)];
}

/** Steps of the pass, or of the long steps, that correspondences are found by, and of the pass that injects. */
export function passLengths(settings: ConsistencySettings, steps: number): { sample: number; inject: number } {
  const injection = settings.featureInjection;
  const [from, until] = injection ? injectionSteps(injection, steps) : [0, 0];
  // of one step none is left for injection: a second pass would do as the first one did
  if (!injection || from >= until) return { sample: steps, inject: 0 };
  return { sample: injection.lookahead === 'pass' ? steps : from + injection.lookahead, inject: steps - from };
}
