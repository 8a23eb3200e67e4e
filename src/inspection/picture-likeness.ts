import { unionMasks } from '../engine/consistory/subject-mask.ts';
import { colourHistogram, histogramIntersection } from './colour-agreement.ts';
import { compositionLikeness } from './composition-likeness.ts';
import { meanOf, medianOf } from './pairs.ts';
import { settingOf } from './prompt-setting.ts';
import { coloursIn, complement } from './region.ts';
import type { InspectedPanel, InspectedStory, InspectionContext } from './warning.ts';

/** How alike two panels are that were asked to be different. */
export interface PairLikeness {
  /** ids */
  readonly panels: readonly [number, number];
  /** correlation of the latents, place by place: whether the same is in the same places */
  readonly composition: number;
  /** histogram intersection of the colours outside the subjects' masks */
  readonly background: number;
}

export interface StoryLikeness {
  /** mean over pairs; undefined if there is no pair to compare */
  readonly composition: number | undefined;
  /** median over pairs: two places that are alike by nature must not decide */
  readonly background: number | undefined;
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
      return isSameSetting ? [] : [compare(one, other)];
    }),
  );
  return {
    composition: meanOf(pairs.map(({ composition }) => composition)) ?? undefined,
    background: medianOf(pairs.map(({ background }) => background)),
    pairs,
  };
}

interface View {
  readonly panel: InspectedPanel;
  readonly background: Float64Array | undefined;
  readonly setting: string | undefined;
}

function viewOf(panel: InspectedPanel, { maskGrid }: InspectedStory, prompt: string | undefined): View {
  const subjects = unionMasks(Object.values(panel.masks), maskGrid.height * maskGrid.width);
  const background = colourHistogram(coloursIn(panel.image, complement(subjects), maskGrid));
  return { panel, background, setting: prompt === undefined ? undefined : settingOf(prompt) };
}

function compare(one: View, other: View): PairLikeness {
  return {
    panels: [one.panel.id, other.panel.id],
    composition: compositionLikeness(one.panel.latents, other.panel.latents),
    background: one.background && other.background ? histogramIntersection(one.background, other.background) : 0,
  };
}
