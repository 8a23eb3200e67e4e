import { type Mask, unionMasks } from '../engine/consistory/subject-mask.ts';
import { colourHistogram, histogramIntersection } from './colour-agreement.ts';
import { latentCosine } from './latent-cosine.ts';
import { maskIou } from './layout.ts';
import { meanOf } from './pairs.ts';
import { settingOf } from './prompt-setting.ts';
import { coloursIn, complement, inBoth } from './region.ts';
import type { InspectedPanel, InspectedStory, InspectionContext } from './warning.ts';

/** How alike two panels are that were asked to be different. */
export interface PairLikeness {
  /** ids */
  readonly panels: readonly [number, number];
  /** IoU of where the subjects are */
  readonly layout: number;
  /** histogram intersection of the colours outside both masks */
  readonly backgroundColours: number;
  /** cosine of the latents outside both masks, place by place */
  readonly backgroundLatents: number;
}

export interface StoryLikeness {
  /** mean over pairs; undefined if there is no pair to compare */
  readonly layout: number | undefined;
  readonly backgroundColours: number | undefined;
  readonly backgroundLatents: number | undefined;
  readonly pairs: readonly PairLikeness[];
}

/**
 * Pairs of panels that were asked to be different: those of one setting, where prompts tell, are left out, for their
 * backgrounds are alike by right.
 */
export function storyLikeness(story: InspectedStory, { prompts }: InspectionContext): StoryLikeness {
  const views = story.panels.map((panel, i) => viewOf(panel, story, prompts?.[i]));
  const pairs = views.flatMap((one, i) =>
    views.slice(i + 1).flatMap((other) => {
      const isSameSetting = one.setting !== undefined && one.setting === other.setting;
      return isSameSetting ? [] : [compare(one, other, story)];
    }),
  );
  const mean = (value: (pair: PairLikeness) => number) => meanOf(pairs.map(value)) ?? undefined;
  return {
    layout: mean((pair) => pair.layout),
    backgroundColours: mean((pair) => pair.backgroundColours),
    backgroundLatents: mean((pair) => pair.backgroundLatents),
    pairs,
  };
}

interface View {
  readonly panel: InspectedPanel;
  readonly subjects: Mask;
  readonly outside: Mask;
  readonly background: Float64Array | undefined;
  readonly setting: string | undefined;
}

function viewOf(panel: InspectedPanel, { maskGrid }: InspectedStory, prompt: string | undefined): View {
  const subjects = unionMasks(Object.values(panel.masks), maskGrid.height * maskGrid.width);
  const outside = complement(subjects);
  const background = colourHistogram(coloursIn(panel.image, outside, maskGrid));
  return { panel, subjects, outside, background, setting: prompt === undefined ? undefined : settingOf(prompt) };
}

function compare(one: View, other: View, { maskGrid }: InspectedStory): PairLikeness {
  const outside = inBoth(one.outside, other.outside);
  const [a, b] = [one.panel, other.panel];
  return {
    panels: [a.id, b.id],
    layout: maskIou(one.subjects, other.subjects),
    backgroundColours: one.background && other.background ? histogramIntersection(one.background, other.background) : 0,
    backgroundLatents: latentCosine(a.latents, b.latents, a.image, outside, maskGrid) ?? 0,
  };
}
