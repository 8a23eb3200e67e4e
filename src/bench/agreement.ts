import type { DrawnStory } from '../engine/draw-story.ts';
import type { RivalPictures } from './diffusers-rival.ts';

/** How alike two programs drew the same story from the same draws. */
export interface Agreement {
  /** greatest difference of the finished latents */
  readonly latents: number;
  /** root mean square of that difference over that of the latents */
  readonly relative: number;
  /** of the finished pictures, mean and greatest, in levels of 255 */
  readonly levels: { readonly mean: number; readonly greatest: number };
  /** intersection over union of the subject masks, all panels together; undefined where there are none */
  readonly masks: number | undefined;
}

export function agreementOf(ours: DrawnStory, concept: string, theirs: RivalPictures): Agreement {
  const latents = differences(
    ours.panels.flatMap((panel) => [...panel.latents]),
    theirs.latents,
  );
  const levels = differences(
    ours.panels.flatMap((panel) => [...panel.image.rgb]),
    theirs.pictures,
  );
  const masks = ours.panels.flatMap((panel) => [...(panel.masks[concept] ?? [])]);
  return {
    latents: latents.greatest,
    relative: latents.relative,
    levels: { mean: levels.mean, greatest: levels.greatest },
    masks: theirs.masks.length === masks.length ? overlap(masks, theirs.masks) : undefined,
  };
}

function differences(a: readonly number[], b: ArrayLike<number>) {
  let [greatest, sum, squares, own] = [0, 0, 0, 0];
  a.forEach((value, i) => {
    const difference = Math.abs(value - (b[i] ?? Number.NaN));
    greatest = Math.max(greatest, difference);
    sum += difference;
    squares += difference ** 2;
    own += value ** 2;
  });
  return { greatest, mean: sum / a.length, relative: Math.sqrt(squares / own) };
}

function overlap(a: readonly number[], b: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  a.forEach((inside, i) => {
    both += inside && b[i] ? 1 : 0;
    either += inside || b[i] ? 1 : 0;
  });
  return both / either;
}
