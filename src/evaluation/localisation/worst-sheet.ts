import type { RasterImage } from '../../engine/raster-image.ts';
import { decodePicture, encodePalettePng, resample } from '../../render/canvas.ts';
import { renderMaskOverlay } from '../../render/mask-overlay.ts';
import { renderRows } from '../../render/rows.ts';
import type { LocalisedSubject } from './run-localisation.ts';

/** How many of the worst are shown. */
const WORST = 10;
/** Pixels: masks are told from smaller pictures well enough, and ten large ones in a row are none to look at. */
const LONGEST_SIDE = 256;

/**
 * The subjects whose masks agree least with the truth: the picture, the mask from attention, and where the subject is.
 * @param teller who says so: "the judge"
 * @returns a PNG; undefined for no subjects
 */
export async function worstSheet(subjects: readonly LocalisedSubject[], teller: string): Promise<Buffer | undefined> {
  const lowest = [...subjects].sort((a, b) => a.score.iou - b.score.iou).slice(0, WORST);
  if (lowest.length === 0) return undefined;
  const worst = await Promise.all(lowest.map(async (each) => ({ ...each, image: await smaller(each.image) })));
  const page = await renderRows({
    title: `The ${worst.length} subjects that attention localised worst`,
    rows: [
      { label: 'picture', images: worst.map(({ image }) => image) },
      {
        label: 'mask from attention',
        images: worst.map(({ image, mask, maskGrid }) => renderMaskOverlay(image, { ...maskGrid, data: mask })),
      },
      {
        label: `where ${teller} sees it`,
        images: worst.map(({ image, truth, truthGrid }) =>
          renderMaskOverlay(image, { ...truthGrid, data: truth.mask }),
        ),
      },
    ],
    captions: worst.map(({ truth, prompt, score }) => {
      const seen = truth.seenAs === null || truth.seenAs === truth.subject ? '' : `, seen as ${truth.seenAs}`;
      return `${truth.subject}${seen}: IoU ${score.iou.toFixed(2)}. ${prompt}`;
    }),
  });
  return encodePalettePng(await decodePicture(page.png)); // a third of the bytes, for docs/results
}

function smaller(image: RasterImage): Promise<RasterImage> {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  return resample(image, Math.round(image.width * scale), Math.round(image.height * scale));
}
