/** A stretch of one axis of a picture that is coded by itself. All in latents. */
export interface AxisTiles {
  /** of the whole axis */
  readonly length: number;
  /** of every tile */
  readonly tile: number;
  /** where the tiles begin: evenly spread, the last ends where the axis does */
  readonly starts: readonly number[];
}

/** A quarter of a tile is blended with the next: diffusers' tile_overlap_factor. */
const OVERLAP = 1 / 4;

/** Tiles are so many latents, or a multiple: a quarter of them is whole. */
export const TILE_STEP = 4;

/**
 * The shortest tile that needs no more tiles than one of `most` latents does, which would only overlap more.
 * @param most a multiple of TILE_STEP
 * @param least likewise
 */
export function shortestTile(length: number, most: number, least: number): number {
  if (most >= length) return length;
  const count = Math.ceil((length - blended(most)) / (most - blended(most)));
  const needed = length / (count - (count - 1) * OVERLAP);
  return Math.max(least, TILE_STEP * Math.ceil(needed / TILE_STEP));
}

/**
 * Spreads tiles evenly over an axis, each overlapping the next by a quarter of a tile or more.
 *
 * diffusers puts a tile at every three quarters of one, and at the axis' end whatever is left, down to a single latent;
 * the norms of such a sliver have statistics of their own, and its colours stand out. Where the axis is as long as whole
 * tiles need, both agree but for diffusers' last sliver.
 */
export function tilesOf(length: number, tile: number): AxisTiles {
  if (tile >= length) return { length, tile: length, starts: [0] };
  const overlap = blended(tile);
  const count = Math.ceil((length - overlap) / (tile - overlap));
  const stride = (length - tile) / (count - 1);
  return { length, tile, starts: Array.from({ length: count }, (_, i) => Math.round(i * stride)) };
}

/**
 * How much a tile's places along the axis count in the whole: 1 in the middle, falling to 0 over a quarter of a tile in
 * the middle of where it overlaps a neighbour, while the neighbour's rise from 0 to 1. Over all tiles they add up to 1.
 * @param scale places per latent
 * @returns one per place of the tile
 */
export function tileWeights({ starts, tile }: AxisTiles, index: number, scale: number): Float32Array {
  const weights = new Float32Array(tile * scale).fill(1);
  const start = starts[index] as number;
  for (let at = 0; at < weights.length; at++) {
    const place = start * scale + at;
    if (index > 0) weights[at] = (weights[at] as number) * risen(place, starts[index - 1] as number, start);
    const next = starts[index + 1];
    if (next !== undefined) weights[at] = (weights[at] as number) * (1 - risen(place, start, next));
  }
  return weights;

  /** The weight at a place of the tile that begins at `to`, against the one before it, which begins at `from`. */
  function risen(place: number, from: number, to: number): number {
    const overlap = (from + tile - to) * scale;
    const ramp = blended(tile) * scale;
    const begin = to * scale + Math.floor((overlap - ramp) / 2);
    return Math.min(1, Math.max(0, (place - begin) / ramp));
  }
}

const blended = (tile: number): number => Math.max(1, Math.floor(tile * OVERLAP));
