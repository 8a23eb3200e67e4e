import { type Grid, type Mask, unionMasks } from './subject-mask.ts';

/** How masks of a picture's characters are told from each other. */
export interface Apart {
  readonly grid: Grid;
  /** standard deviation of the blur, as a share of the grid's shorter side */
  readonly smoothing: number;
}

/** A character as attention finds it. */
export interface Sighted {
  /** over the grid, one for each of its words */
  readonly maps: readonly Float32Array[];
  readonly mask: Mask;
}

/**
 * Masks that exclude each other: each token that somebody's mask has belongs to whoever has more of its attention
 * around it. Attention to one of two words wanders over both figures, and by itself would cut them into patches; blurred
 * over the width of a figure it says whose the figure is. Characters of the very same words can't be told apart, and
 * have the masks of both.
 */
export function apartMasks(characters: readonly Sighted[], { grid, smoothing }: Apart): Mask[] {
  const size = grid.height * grid.width;
  const anyone = unionMasks(
    characters.map(({ mask }) => mask),
    size,
  );
  const sigma = smoothing * Math.min(grid.height, grid.width);
  const shares = characters.map(({ maps }) => blurred(shareOfAttention(maps, anyone), grid, sigma));
  const most = Float32Array.from({ length: size }, (_, token) =>
    shares.reduce((top, share) => Math.max(top, share[token] as number), 0),
  );
  return shares.map((share) => anyone.map((inside, token) => (inside && share[token] === most[token] ? 1 : 0)));
}

/** How a character's attention is spread over `within`: what its words drew above their least, adding up to 1. */
function shareOfAttention(maps: readonly Float32Array[], within: Mask): Float32Array {
  const sum = new Float32Array(within.length);
  for (const map of maps) {
    const least = map.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    for (const [token, inside] of within.entries()) {
      if (inside) sum[token] = (sum[token] as number) + (map[token] as number) - least;
    }
  }
  const total = sum.reduce((a, b) => a + b, 0);
  return total > 0 ? sum.map((drawn) => drawn / total) : sum;
}

/** By a Gaussian, not normalised at the borders; rows, then columns. */
function blurred(map: Float32Array, { height, width }: Grid, sigma: number): Float32Array {
  if (sigma <= 0) return map;
  const weights = Float64Array.from({ length: Math.max(height, width) }, (_, d) =>
    Math.exp(-(d * d) / (2 * sigma ** 2)),
  );
  const along = (from: Float32Array, length: number, at: (line: number, i: number) => number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < from.length / length; line++) {
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let j = 0; j < length; j++) {
          sum += (weights[Math.abs(i - j)] as number) * (from[at(line, j)] as number);
        }
        to[at(line, i)] = sum;
      }
    }
    return to;
  };
  const rows = along(map, width, (y, x) => y * width + x);
  return along(rows, height, (x, y) => y * width + x);
}
