import { DIFT_TIMESTEP } from '../../engine/consistory/dift.ts';
import { type Grid, type Mask, resizeMask } from '../../engine/consistory/subject-mask.ts';
import type { PictureProbe, ProbeResult } from '../../engine/probe-pictures.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { colourHistogram, histogramIntersection } from '../../inspection/colour-agreement.ts';
import { byDaylight } from '../../inspection/daylight.ts';
import { centreSpread, maskIou, placement, sizeSpread } from '../../inspection/layout.ts';
import { meanOf, pairs, share } from '../../inspection/pairs.ts';
import { coloursIn, complement } from '../../inspection/region.ts';
import type { ClipMeasures } from '../clip/clip-measures.ts';
import type { Drawing } from '../drawing.ts';
import type { DreamSimMeasures } from '../dreamsim/dreamsim-measures.ts';
import { panelPrompt } from '../panel-prompts.ts';
import { type EvaluationStory, withArticle } from '../stories.ts';
import type { AttributeMeasures } from './attribute-agreement.ts';
import { background, twinBackground } from './background.ts';
import { type CoatColour, coatColour } from './coat-colour.ts';
import { displacement } from './displacement.ts';
import type { Measures } from './measure-names.ts';
import { featureDistance, partColourDifference, patchColours } from './part-agreement.ts';
import { matchSubjects } from './patch-matches.ts';
import { type PromptAgreement, promptAgreement, squaredError } from './prompt-agreement.ts';

/** Noise draws over which features are averaged (DIFT takes 8): single ones put noise of their own into distances. */
const FEATURE_DRAWS = 4;

/** Pictures get the same noise in every variant, so that variants are compared with as little chance as possible. */
const PROBE_SEED = 0n;

export interface MeasuringContext {
  readonly story: EvaluationStory;
  readonly promptPrefix: string;
  /** training timesteps at which prompts are compared; none: they are not */
  readonly timesteps: readonly number[];
  /** the model veils its pictures by the time of day as the pocket's world does */
  readonly pocketDaylight: boolean;
  readonly probe: (look: 'features' | 'foreseen', probes: readonly PictureProbe[]) => Promise<ProbeResult>;
}

export interface Measured {
  readonly measures: Omit<Measures, keyof AttributeMeasures | keyof ClipMeasures | keyof DreamSimMeasures>;
  /** per panel */
  readonly coats: readonly (CoatColour | null)[];
  /** per panel, share of the picture that the subject's mask covers */
  readonly coverage: readonly number[];
  readonly pairs: readonly PanelPair[];
}

/** Two panels of a story: how far their layouts are apart, and how well their subjects agree. */
export interface PanelPair {
  /** panels by their place */
  readonly one: number;
  readonly other: number;
  readonly displacement: number | null;
  readonly colours: number | null;
  readonly partColours: number | null;
}

/**
 * All measures of a drawing. Masks are the drawing's own: those of a plain picture come from the plain pass's
 * attention, those of a consistent one from the consistent pass's.
 * @param twin the same panels drawn plain; undefined where the drawing has other noise
 */
export async function measureDrawing(
  { panels, maskGrid }: Drawing,
  twin: Drawing | undefined,
  context: MeasuringContext,
): Promise<Measured> {
  const lit = panels.map(({ image, prompt }) => (context.pocketDaylight ? byDaylight(image, prompt) : image));
  const inside = panels.map(({ mask }, i) => coloursIn(lit[i] as RasterImage, mask, maskGrid));
  const histograms = inside.map(colourHistogram);
  const coats = inside.map(coatColour);
  const { grid, features } = await panelFeatures(panels, context);
  const masks = panels.map((panel) => panel.mask);
  const subjects = features.map((ofPanel, panel) => ({
    panel,
    features: ofPanel,
    mask: resizeMask(masks[panel] as Mask, maskGrid, grid),
    colours: patchColours(lit[panel] as RasterImage, grid),
    histogram: histograms[panel],
  }));
  const matched = pairs(subjects, (a, b) => ({ a, b, matches: matchSubjects(a, b) }));
  const prompts = await comparePrompts(panels, context);
  const places = masks.map((mask) => placement(mask, maskGrid)).filter((place) => place !== undefined);
  const outside = masks.map(complement);
  return {
    measures: {
      coatColours: meanOf(pairs(histograms, (a, b) => a && b && histogramIntersection(a, b))),
      coatNames: meanOf(pairs(coats, (a, b) => Number(a !== undefined && a === b))),
      partColours: meanOf(matched.map(({ a, b, matches }) => partColourDifference(matches, a, b))),
      features: meanOf(matched.map(({ matches }) => featureDistance(matches))),
      promptWins: share(prompts.story.map((agreement) => agreement.wins)),
      promptMargin: meanOf(prompts.story.map((agreement) => agreement.margin)),
      placeWins: share(prompts.place.map((agreement) => agreement.wins)),
      actionWins: share(prompts.action.map((agreement) => agreement.wins)),
      ...background(panels, outside, maskGrid),
      backgroundMoved: twin ? twinBackground(panels, twin.panels, maskGrid) : null,
      displacement: meanOf(matched.map(({ matches }) => displacement(matches, grid))),
      centres: places.length > 1 ? centreSpread(places) : null,
      sizes: places.length > 1 ? sizeSpread(places) : null,
      overlap: meanOf(pairs(masks, maskIou)),
      twinOverlap: twin ? meanOf(masks.map((mask, i) => maskIou(mask, twin.panels[i]?.mask as Mask))) : null,
    },
    coats: coats.map((coat) => coat ?? null),
    coverage: masks.map((mask) => share([...mask].map(Boolean)) ?? 0),
    pairs: matched.map(
      ({ a, b, matches }): PanelPair => ({
        one: a.panel,
        other: b.panel,
        displacement: displacement(matches, grid) ?? null,
        colours: a.histogram && b.histogram ? histogramIntersection(a.histogram, b.histogram) : null,
        partColours: partColourDifference(matches, a, b) ?? null,
      }),
    ),
  };
}

/** DIFT features of each panel, mean over noise draws, [C, S]. */
async function panelFeatures(
  panels: Drawing['panels'],
  { story, promptPrefix, probe }: MeasuringContext,
): Promise<{ readonly grid: Grid; readonly features: readonly Float32Array[] }> {
  // no prompt of a panel: it would put its own action and place into the features
  const prompt = [promptPrefix, withArticle(story.subject)].filter((part) => part !== '').join(' ');
  const draws = Array.from({ length: FEATURE_DRAWS }, (_, draw) => PROBE_SEED + BigInt(draw));
  const { grid, found } = await probe(
    'features',
    panels.flatMap(({ latents }, panel) =>
      draws.map((seed) => ({ latents, prompt, timestep: DIFT_TIMESTEP, seed, panel })),
    ),
  );
  const features = panels.map((_, i) => {
    const drawn = found.slice(i * FEATURE_DRAWS, (i + 1) * FEATURE_DRAWS);
    return (drawn[0] as Float32Array).map(
      (_, at) => drawn.reduce((sum, f) => sum + (f[at] as number), 0) / FEATURE_DRAWS,
    );
  });
  return { grid, features };
}

type Comparison = 'story' | 'place' | 'action';

/** Each picture's own prompt against the story's others, against its action elsewhere, against other actions there. */
async function comparePrompts(
  panels: Drawing['panels'],
  { story, promptPrefix, timesteps, probe }: MeasuringContext,
): Promise<Record<Comparison, PromptAgreement[]>> {
  const promptOf = (action: number, place: number) =>
    panelPrompt(promptPrefix, withArticle(story.subject), {
      action: story.panels[action]?.action ?? '',
      place: story.panels[place]?.place ?? '',
    });
  const results: Record<Comparison, PromptAgreement[]> = { story: [], place: [], action: [] };
  if (timesteps.length === 0) return results;
  for (const [i, { latents }] of panels.entries()) {
    const others = story.panels.map((_, j) => j).filter((j) => j !== i);
    const asked = {
      story: others.map((j) => promptOf(j, j)),
      place: others.map((j) => promptOf(i, j)),
      action: others.map((j) => promptOf(j, i)),
    };
    const prompts = [promptOf(i, i), ...asked.story, ...asked.place, ...asked.action];
    const { found } = await probe(
      'foreseen',
      prompts.flatMap((prompt) =>
        timesteps.map((timestep) => ({ latents, prompt, timestep, seed: PROBE_SEED, panel: i })),
      ),
    );
    const errors = new Map(
      prompts.map((prompt, p) => [
        prompt,
        timesteps.map((_, t) => squaredError(latents, found[p * timesteps.length + t] as Float32Array)),
      ]),
    );
    const own = errors.get(promptOf(i, i)) as number[];
    for (const [comparison, candidates] of Object.entries(asked)) {
      const rest = candidates.map((prompt) => errors.get(prompt) as number[]);
      results[comparison as Comparison].push(promptAgreement(own, rest));
    }
  }
  return results;
}
