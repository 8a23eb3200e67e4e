import type { InjectedToken } from '../../engine/consistory/feature-injection.ts';
import { MaskTracker } from '../../engine/consistory/mask-tracker.ts';
import type { Question, StageContext } from '../../engine/consistory/predict-noise.ts';
import { type ConsistencySettings, EXACT_SETTINGS, PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import { type StagePanel, sharingEdges } from '../../engine/consistory/stage.ts';
import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { Conditioning, ConsistoryUnet } from '../../engine/consistory/unet-rows.ts';
import { normalNoise, randomStream, uniforms } from '../../engine/random/random-stream.ts';
import { createScheduler } from '../../engine/schedulers/create-scheduler.ts';

/** The fewest panels that can share; with guidance four rows, and eight while queries are blended. */
const PANELS = 2;
const CONCEPT = 'subject';
export const GUIDANCE = 5;
export const STEPS = 30;
/** one at which queries are blended; its number among the steps */
export const STEP = 1;
/** of diffusers' default schedule, about in the middle */
export const TIMESTEP = 601;
/** token of the prompt that stands for the subject */
export const COLUMN = 5;
/** radius of the subject, a disc, over half the picture's side: a sixth of the picture, as masks of the pocket model */
const SUBJECT_RADIUS = 0.46;

/**
 * With injection from the first step on, although in a story queries are no longer blended when features are injected:
 * everything at once is the most that a step can cost.
 */
export const EVERYTHING: ConsistencySettings = {
  ...EXACT_SETTINGS,
  featureInjection: { lookahead: 'pass', strength: 0.8, from: 0, until: 1 / 2, similarity: 'otsu' },
};

/** What a U-Net is asked: the prompts' widths, and how many tokens a prompt has. */
export interface TextShape {
  readonly tokens: number;
  readonly width: number;
  readonly pooled: number;
}

export interface SdxlQuestion {
  readonly text: TextShape;
  readonly context: (settings: ConsistencySettings) => StageContext;
  readonly question: Question;
  readonly injected: readonly InjectedToken[];
  readonly prompts: readonly Conditioning[];
  readonly negatives: readonly Conditioning[];
  readonly panels: readonly StagePanel[];
  /** per panel, [S] over the mask grid */
  readonly masks: readonly Mask[];
}

/** Two panels of one subject with made-up prompts, latents and masks; always the same ones. */
export function sdxlQuestion(unet: ConsistoryUnet, text: TextShape): SdxlQuestion {
  const panels = Array.from({ length: PANELS }, (_, id): StagePanel => {
    return { id, revision: 0, seed: 7n, concepts: [CONCEPT] };
  });
  const noise = (panel: number, step: number, size: number) =>
    normalNoise(randomStream({ seed: 7n, purpose: 'latents', panel, step }), size);
  const conditioning = (panel: number): Conditioning => ({
    hidden: noise(panel, 1, text.tokens * text.width),
    pooled: noise(panel, 2, text.pooled),
  });
  const prompts = panels.map(({ id }) => conditioning(id));
  const negatives = panels.map(() => conditioning(PANELS));
  const masks = panels.map(() => disc(unet.maskGrid));
  // a map that is the mask is its own mask
  const trackers = masks.map((mask) =>
    new MaskTracker({ [CONCEPT]: [[0]] }, mask.length, EVERYTHING.maskWindow).add(Float32Array.from(mask)),
  );
  const size = unet.latentShape.reduce((a, b) => a * b, 1);
  return {
    text,
    context: (settings) => ({
      unet,
      scheduler: createScheduler(SCHEDULER, STEPS),
      settings,
      panels,
      edges: settings === PLAIN_SETTINGS ? [] : sharingEdges(panels, settings.anchors),
      prompts,
      negatives,
      columns: panels.map(() => [COLUMN]),
      guidance: GUIDANCE,
    }),
    question: {
      run: 'benchmark',
      step: STEP,
      timestep: TIMESTEP,
      inputs: panels.map(({ id }) => noise(id, 0, size)),
      masks: trackers,
    },
    injected: panels.flatMap(({ id }) => injectedInto(id, disc(unet.injectGrid))),
    prompts,
    negatives,
    panels,
    masks,
  };
}

const SCHEDULER = { _class_name: 'DDIMScheduler', num_train_timesteps: 1000 };

function disc({ height, width }: Grid): Mask {
  return Uint8Array.from({ length: height * width }, (_, token) => {
    const [y, x] = [Math.floor(token / width), token % width];
    const [dy, dx] = [(2 * (y + 0.5)) / height - 1, (2 * (x + 0.5)) / width - 1];
    return Math.hypot(dy, dx) < SUBJECT_RADIUS ? 1 : 0;
  });
}

/** Each subject token takes the features of some subject token of the other panel. */
function injectedInto(panel: number, mask: Mask): InjectedToken[] {
  const inside = [...mask.keys()].filter((token) => mask[token]);
  const draws = uniforms(randomStream({ seed: 7n, purpose: 'dift', panel }), inside.length);
  return inside.map((token, i) => ({
    panel,
    token,
    source: 1 - panel,
    sourceToken: inside[Math.floor((draws[i] as number) * inside.length)] as number,
    similarity: 1,
  }));
}
