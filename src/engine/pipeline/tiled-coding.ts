import { tilesOf, tileWeights } from './tile-axis.ts';

/** [C, height, width] */
export interface Planes {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

export interface Tiling {
  /** of what is coded at once, in places of the input */
  readonly tile: { readonly height: number; readonly width: number };
  /** places per latent, along a side */
  readonly inputScale: number;
  readonly outputScale: number;
}

/**
 * Runs an autoencoder's half over a picture that it can't take at once, in overlapping tiles that are blended linearly,
 * as diffusers' `enable_tiling` does. What differs from coding the whole: norms and attention see a tile only.
 * @param code a tile of the size that `tiling` says -> [C', its output]
 * @returns [C', height, width] of the whole output
 */
export async function codeInTiles(
  whole: Planes,
  { tile, inputScale, outputScale }: Tiling,
  code: (tile: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  if (tile.height > whole.height || tile.width > whole.width) {
    throw new Error(`${whole.width} x ${whole.height} is smaller than a tile, ${tile.width} x ${tile.height}`);
  }
  if (tile.height === whole.height && tile.width === whole.width) return code(whole.data);
  const rows = tilesOf(whole.height / inputScale, tile.height / inputScale);
  const columns = tilesOf(whole.width / inputScale, tile.width / inputScale);
  const output = { height: rows.length * outputScale, width: columns.length * outputScale };
  let blended = new Float32Array(0);
  for (const [i, top] of rows.starts.entries()) {
    const down = tileWeights(rows, i, outputScale);
    for (const [j, left] of columns.starts.entries()) {
      const across = tileWeights(columns, j, outputScale);
      const box = { top: top * inputScale, left: left * inputScale, ...tile };
      const coded = await code(cut(whole, box));
      const channels = coded.length / (down.length * across.length);
      if (blended.length === 0) blended = new Float32Array(channels * output.height * output.width);
      add(coded, down, across, { ...output, data: blended }, top * outputScale, left * outputScale);
    }
  }
  return blended;
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

function cut(whole: Planes, { top, left, height, width }: Box): Float32Array {
  const area = whole.height * whole.width;
  const channels = whole.data.length / area;
  const part = new Float32Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const from = channel * area + (top + y) * whole.width + left;
      part.set(whole.data.subarray(from, from + width), (channel * height + y) * width);
    }
  }
  return part;
}

/** Adds a tile, weighted by its row's and its column's weight, to the whole. */
function add(
  tile: Float32Array,
  down: Float32Array,
  across: Float32Array,
  whole: Planes,
  top: number,
  left: number,
): void {
  const [height, width] = [down.length, across.length];
  const lines = tile.length / width; // of all channels
  for (let line = 0; line < lines; line++) {
    const channel = Math.floor(line / height);
    const y = line % height;
    const into = (channel * whole.height + top + y) * whole.width + left;
    for (let x = 0; x < width; x++) {
      const weight = (down[y] as number) * (across[x] as number);
      whole.data[into + x] = (whole.data[into + x] as number) + weight * (tile[line * width + x] as number);
    }
  }
}
