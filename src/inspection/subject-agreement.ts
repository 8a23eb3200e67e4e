import type { RasterImage } from '../engine/raster-image.ts';
import { colourHistogram, histogramIntersection } from './colour-agreement.ts';
import { byDaylight } from './daylight.ts';
import { meanOf } from './pairs.ts';
import { coloursIn } from './region.ts';
import type { InspectedStory, InspectionContext } from './warning.ts';

/** How far a concept's panels are from each other. */
export interface SubjectAgreement {
  readonly concept: string;
  /** 0: the same colours in every panel; 1: none in common. Of the panel that agrees least with the others. */
  readonly score: number;
  /** ids, those that agree least with the others in front */
  readonly panels: readonly number[];
}

/**
 * Per concept that two or more panels show: histogram intersection of the OKLab colours inside its masks, of each panel
 * with the others. Blind to where a colour is, and to what masks leave out.
 */
export function subjectAgreement(story: InspectedStory, context: InspectionContext): SubjectAgreement[] {
  const lit = story.panels.map(({ image }, i) => lightened(image, i, context));
  const concepts = [...new Set(story.panels.flatMap(({ masks }) => Object.keys(masks)))];
  return concepts.flatMap((concept) => {
    const seen = story.panels.flatMap(({ id, masks }, i) => {
      const mask = Object.hasOwn(masks, concept) ? masks[concept] : undefined;
      const histogram = mask && colourHistogram(coloursIn(lit[i] as RasterImage, mask, story.maskGrid));
      return histogram ? [{ id, histogram }] : [];
    });
    if (seen.length < 2) return [];
    const agreements = seen
      .map(({ id, histogram }) => {
        const others = seen.filter((other) => other.id !== id);
        return { id, agrees: meanOf(others.map((other) => histogramIntersection(histogram, other.histogram))) ?? 0 };
      })
      .sort((a, b) => a.agrees - b.agrees);
    return [{ concept, score: 1 - (agreements[0]?.agrees ?? 1), panels: agreements.map(({ id }) => id) }];
  });
}

function lightened(image: RasterImage, panel: number, { prompts, pocketDaylight }: InspectionContext): RasterImage {
  const prompt = prompts?.[panel];
  return pocketDaylight && prompt !== undefined ? byDaylight(image, prompt) : image;
}
