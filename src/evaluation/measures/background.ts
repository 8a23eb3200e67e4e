import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { colourHistogram, histogramIntersection } from '../../inspection/colour-agreement.ts';
import { latentCosine } from '../../inspection/latent-cosine.ts';
import { colourDifference, oklabOf } from '../../inspection/oklab.ts';
import { meanOf, pairs } from '../../inspection/pairs.ts';
import { cellAt, coloursIn, complement, inBoth } from '../../inspection/region.ts';
import type { Measures } from './measure-names.ts';

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
