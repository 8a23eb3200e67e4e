import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { colourHistogram, histogramIntersection } from './colour-agreement.ts';
import type { Measures } from './measure-names.ts';
import { colourDifference, oklabOf } from './oklab.ts';
import { meanOf, pairs } from './pairs.ts';
import { cellAt, coloursIn, complement, inBoth } from './region.ts';

interface PanelPicture {
  readonly image: RasterImage;
  /** [C, H, W] */
  readonly latents: Float32Array;
  readonly mask: Mask;
}

/** How alike the panels' backgrounds are: a rise against plain is leakage from panel to panel. */
export function background(
  panels: readonly PanelPicture[],
  outside: readonly Mask[],
  grid: Grid,
): Pick<Measures, 'backgroundColours' | 'backgroundLatents'> {
  const histograms = panels.map(({ image }, i) => colourHistogram(coloursIn(image, outside[i] as Mask, grid)));
  const scenes = panels.map((panel, i) => ({ ...panel, outside: outside[i] as Mask }));
  return {
    backgroundColours: meanOf(pairs(histograms, (a, b) => a && b && histogramIntersection(a, b))),
    backgroundLatents: meanOf(
      pairs(scenes, (a, b) => latentCosine(a.latents, b.latents, a.image, inBoth(a.outside, b.outside), grid)),
    ),
  };
}

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

/** Mean colour difference (OKLab) to the plain twin, where neither shows the subject. */
export function twinBackground(
  panels: readonly PanelPicture[],
  twins: readonly PanelPicture[],
  grid: Grid,
): number | null {
  return meanOf(
    panels.map(({ image, mask }, p) => {
      const twin = twins[p] as PanelPicture;
      const region = inBoth(complement(mask), complement(twin.mask));
      let [sum, count] = [0, 0];
      for (let i = 0; i < image.width * image.height; i++) {
        if (!region[cellAt(i, image, grid)]) continue;
        sum += colourDifference(colourAt(image, i), colourAt(twin.image, i));
        count++;
      }
      return count > 0 ? sum / count : undefined;
    }),
  );
}

function colourAt({ rgb }: RasterImage, pixel: number) {
  const [r = 0, g = 0, b = 0] = rgb.subarray(pixel * 3, pixel * 3 + 3);
  return oklabOf(r, g, b);
}

/** Latents have 4 channels in every model that Troupe runs (SDXL, SD 1.5 and 2.1, the pocket). */
const LATENT_CHANNELS = 4;

function latentGrid(length: number, shape: Grid): Grid {
  const downscale = Math.sqrt((shape.height * shape.width * LATENT_CHANNELS) / length);
  return { height: Math.round(shape.height / downscale), width: Math.round(shape.width / downscale) };
}
