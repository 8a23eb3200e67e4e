import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { colourHistogram } from '../../inspection/colour-agreement.ts';
import { oklabOf } from '../../inspection/oklab.ts';
import { cellAt, coloursIn } from '../../inspection/region.ts';
import { ACCESSORIES, COLOURS, type JudgedCreature, SPECIES, type Verdict } from '../judge/judgement.ts';
import { sideBySide } from './cosine.ts';

/** What an accessory's colour is where there is no accessory. */
const NO_COLOUR = 'none';
/** Sides of a creature's crop, in cells. */
const CROP = 16;
/** Occupied or not, and three colour axes. */
const CROP_CHANNELS = 4;

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
 * What a creature's picture looks like place by place, for copy-paste: its mask's bounding box, stretched to 16 x 16
 * cells, of each whether it is the creature's and in which colour (OKLab, less the creature's mean). Another pose, a
 * turn to the other side or another thing in its hand changes it; where in the picture it stands does not.
 * @param image as by day
 */
export function cropVector(creature: JudgedCreature, image: RasterImage, grid: Grid): Float64Array {
  const box = boundingBox(creature.mask, grid);
  const sums = new Float64Array(CROP * CROP * CROP_CHANNELS);
  const counts = new Float64Array(CROP * CROP);
  for (let i = 0; i < image.width * image.height; i++) {
    const x = ((i % image.width) + 0.5) * (grid.width / image.width);
    const y = (Math.floor(i / image.width) + 0.5) * (grid.height / image.height);
    if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
    const column = Math.floor(((x - box.left) / (box.right - box.left)) * CROP);
    const row = Math.floor(((y - box.top) / (box.bottom - box.top)) * CROP);
    const cell = row * CROP + column;
    counts[cell] = (counts[cell] as number) + 1;
    if (!creature.mask[cellAt(i, image, grid)]) continue;
    const [r = 0, g = 0, b = 0] = image.rgb.subarray(i * 3, i * 3 + 3);
    [1, ...oklabOf(r, g, b)].forEach((value, channel) => {
      const at = cell * CROP_CHANNELS + channel;
      sums[at] = (sums[at] as number) + value;
    });
  }
  const inside = sums.filter((_, at) => at % CROP_CHANNELS === 0).reduce((a, b) => a + b, 0) || 1;
  const means = Array.from({ length: CROP_CHANNELS }, (_, channel) =>
    channel === 0 ? 0 : sums.filter((_, at) => at % CROP_CHANNELS === channel).reduce((a, b) => a + b, 0) / inside,
  );
  return sums.map((sum, at) => {
    const cell = Math.floor(at / CROP_CHANNELS);
    const occupied = sums[cell * CROP_CHANNELS] as number;
    return (sum - (means[at % CROP_CHANNELS] as number) * occupied) / ((counts[cell] as number) || 1);
  });
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
