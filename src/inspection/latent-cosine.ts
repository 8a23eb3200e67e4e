import type { Grid, Mask } from '../engine/consistory/subject-mask.ts';
import { cellAt } from './region.ts';

/**
 * Cosine similarity of two pictures' latents where `region` is 1: place by place, so it sees backgrounds that are
 * copied and not only alike in colour.
 * @param shape sides of the picture, in whose ratio the latents' sides are
 */
export function latentCosine(
  one: Float32Array,
  other: Float32Array,
  shape: Grid,
  region: Mask,
  grid: Grid,
): number | undefined {
  const latents = latentGrid(one.length, shape);
  const area = latents.height * latents.width;
  let [dot, a, b] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    if (!region[cellAt(i % area, latents, grid)]) continue;
    const [x, y] = [one[i] as number, other[i] as number];
    dot += x * y;
    a += x * x;
    b += y * y;
  }
  return a > 0 && b > 0 ? dot / Math.sqrt(a * b) : undefined;
}

/** Latents have 4 channels in every model that Troupe runs (SDXL, SD 1.5 and 2.1, the pocket). */
const LATENT_CHANNELS = 4;

function latentGrid(length: number, shape: Grid): Grid {
  const downscale = Math.sqrt((shape.height * shape.width * LATENT_CHANNELS) / length);
  return { height: Math.round(shape.height / downscale), width: Math.round(shape.width / downscale) };
}
