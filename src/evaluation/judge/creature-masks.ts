import type { Mask } from '../../engine/consistory/subject-mask.ts';
import { MAP_SIDE } from './judge-graph.ts';
import { SPECIES } from './judgement.ts';

const AREA = MAP_SIDE ** 2;
/** Channels of `map`. */
const CENTRE = SPECIES.length + 1;
const WAY_X = CENTRE + 1;
const WAY_Y = CENTRE + 2;
/** Cells that 1 in the ways stands for (scripts/train-judge/train.py). */
const WAY_UNIT = 16;
/** A centre is a peak of at least this probability ... */
const LEAST_CENTRE = 0.3;
/** ... and the highest within as many cells to every side: centres are trained as Gaussians of 2 cells. */
const PEAK_RADIUS = 2;
/** Cells (of 4096) below which what is left of a creature can't be told from a speck. */
const LEAST_CELLS = 30;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Parts what is not background into creatures, also such of the same species that touch: each cell belongs to the
 * centre that its way leads closest to (as Panoptic-DeepLab does, arXiv 1911.10194).
 * @param map the judge's output, [16, 64, 64]
 */
export function creatureMasks(map: Float32Array): Mask[] {
  const inside = Array.from({ length: AREA }, (_, cell) => cell).filter((cell) => isCreature(map, cell));
  const found = peaks(map);
  const centres = found.length > 0 || inside.length === 0 ? found : [middle(inside)];
  const masks = centres.map(() => new Uint8Array(AREA));
  for (const cell of inside) {
    const way = { x: map[WAY_X * AREA + cell] as number, y: map[WAY_Y * AREA + cell] as number };
    const to = { x: (cell % MAP_SIDE) + WAY_UNIT * way.x, y: Math.floor(cell / MAP_SIDE) + WAY_UNIT * way.y };
    (masks[closest(centres, to)] as Mask)[cell] = 1;
  }
  return masks.filter((mask) => mask.reduce((cells, one) => cells + one, 0) >= LEAST_CELLS);
}

/** All species together are more probable than the background. */
function isCreature(map: Float32Array, cell: number): boolean {
  const background = map[cell] as number;
  let odds = 0;
  for (let k = 1; k <= SPECIES.length; k++) odds += Math.exp((map[k * AREA + cell] as number) - background);
  return odds > 1;
}

function peaks(map: Float32Array): Point[] {
  const heat = map.subarray(CENTRE * AREA, (CENTRE + 1) * AREA);
  const least = Math.log(LEAST_CENTRE / (1 - LEAST_CENTRE)); // of a logit
  const found: Point[] = [];
  for (let y = 0; y < MAP_SIDE; y++) {
    for (let x = 0; x < MAP_SIDE; x++) {
      const here = heat[y * MAP_SIDE + x] as number;
      if (here >= least && here >= highestAround(heat, x, y)) found.push({ x, y });
    }
  }
  return found;
}

function highestAround(heat: Float32Array, x: number, y: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let v = Math.max(0, y - PEAK_RADIUS); v <= Math.min(MAP_SIDE - 1, y + PEAK_RADIUS); v++) {
    for (let u = Math.max(0, x - PEAK_RADIUS); u <= Math.min(MAP_SIDE - 1, x + PEAK_RADIUS); u++) {
      highest = Math.max(highest, heat[v * MAP_SIDE + u] as number);
    }
  }
  return highest;
}

function closest(centres: readonly Point[], to: Point): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, { x, y }] of centres.entries()) {
    const distance = (to.x - x) ** 2 + (to.y - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

const middle = (cells: readonly number[]): Point => ({
  x: cells.reduce((sum, cell) => sum + (cell % MAP_SIDE), 0) / cells.length,
  y: cells.reduce((sum, cell) => sum + Math.floor(cell / MAP_SIDE), 0) / cells.length,
});
