import { coverage, type Grid, type Mask } from '../engine/consistory/subject-mask.ts';

/** Where and how large a subject is. */
export interface Placement {
  /** centre of the mask, shares of the picture's sides */
  readonly x: number;
  readonly y: number;
  /** share of the picture */
  readonly size: number;
}

/** @returns undefined for an empty mask */
export function placement(mask: Mask, grid: Grid): Placement | undefined {
  let [x, y, count] = [0, 0, 0];
  mask.forEach((inside, i) => {
    if (!inside) return;
    x += (i % grid.width) + 0.5;
    y += Math.floor(i / grid.width) + 0.5;
    count++;
  });
  if (count === 0) return undefined;
  return { x: x / count / grid.width, y: y / count / grid.height, size: coverage(mask) };
}

/** Root mean square distance of the subjects from their common centre, in sides of the picture. */
export function centreSpread(placements: readonly Placement[]): number {
  const middle = (value: (p: Placement) => number) => mean(placements.map(value));
  const [x, y] = [middle((p) => p.x), middle((p) => p.y)];
  return Math.sqrt(mean(placements.map((p) => (p.x - x) ** 2 + (p.y - y) ** 2)));
}

/** Standard deviation of the subjects' sizes as a share of their mean size. */
export function sizeSpread(placements: readonly Placement[]): number {
  const sizes = placements.map((p) => p.size);
  const middle = mean(sizes);
  return Math.sqrt(mean(sizes.map((size) => (size - middle) ** 2))) / middle;
}

/** Intersection over union; two empty masks agree: 1. */
export function maskIou(one: Mask, other: Mask): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    if (one[i] && other[i]) both++;
    if (one[i] || other[i]) either++;
  }
  return either === 0 ? 1 : both / either;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
