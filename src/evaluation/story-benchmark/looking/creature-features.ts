import type { Grid } from '../../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../../engine/raster-image.ts';
import { colourHistogram } from '../../../inspection/colour-agreement.ts';
import { coloursIn } from '../../../inspection/region.ts';
import { ACCESSORIES, COLOURS, type JudgedCreature, SPECIES, type Verdict } from '../../judge/judgement.ts';
import { sideBySide } from './cosine.ts';

/** What an accessory's colour is where there is no accessory. */
const NO_COLOUR = 'none';
/** Sides of an outline, in cells. */
const OUTLINE = 16;
/** Points along a cell's side at which the mask is read. */
const SAMPLES = 4;

/**
 * Who a creature is, for CIDS: what the judge says of its species, coat, accessory and the accessory's colour, and a
 * histogram of the colours in its mask; these five weigh alike in the cosine. Pose, place and size are not in it.
 * @param image as by day
 */
export function identityVector(creature: JudgedCreature, image: RasterImage, grid: Grid): Float64Array {
  const { species, colour, accessory, accessoryColour } = creature.verdicts;
  const worn =
    creature.accessory === 'none'
      ? { is: NO_COLOUR, confidence: accessory.confidence }
      : (accessoryColour as Verdict<string>);
  return sideBySide([
    probabilities(species, SPECIES),
    probabilities(colour, COLOURS),
    probabilities(accessory, ACCESSORIES),
    probabilities(worn, [...COLOURS, NO_COLOUR]),
    colourHistogram(coloursIn(image, creature.mask, grid)) ?? [],
  ]);
}

/**
 * What a creature's outline looks like, for copy-paste: its mask's bounding box, stretched to 16 x 16 cells, and of each
 * the share that is the creature's, less their mean. Another pose or a turn to the other side changes it; where in the
 * picture the creature is, how large and in which colours does not.
 */
export function outlineVector({ mask }: Pick<JudgedCreature, 'mask'>, grid: Grid): Float64Array {
  const { left, top, right, bottom } = boundingBox(mask, grid);
  const shares = Float64Array.from({ length: OUTLINE * OUTLINE }, (_, cell) => {
    let inside = 0;
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const across = ((cell % OUTLINE) + ((sample % SAMPLES) + 0.5) / SAMPLES) / OUTLINE;
      const down = (Math.floor(cell / OUTLINE) + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / OUTLINE;
      const x = Math.floor(left + across * (right - left));
      const y = Math.floor(top + down * (bottom - top));
      inside += mask[y * grid.width + x] as number;
    }
    return inside / SAMPLES ** 2;
  });
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
  return shares.map((share) => share - mean);
}

/** The confidence where the verdict is, the rest spread over the other words. */
export function probabilities(verdict: Verdict<string>, words: readonly string[]): number[] {
  return words.map((word) =>
    word === verdict.is ? verdict.confidence : (1 - verdict.confidence) / (words.length - 1),
  );
}

/** Of a mask that isn't empty, in cells; right and bottom lie beyond it. */
function boundingBox(mask: Uint8Array, { width }: Grid) {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  mask.forEach((inside, i) => {
    if (!inside) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  });
  return { left, top, right, bottom };
}
