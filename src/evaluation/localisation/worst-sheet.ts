import { decodePicture, encodePalettePng } from '../../render/canvas.ts';
import { renderMaskOverlay } from '../../render/mask-overlay.ts';
import { renderRows } from '../../render/rows.ts';
import type { LocalisedSubject } from './run-localisation.ts';

/** How many of the worst are shown. */
const WORST = 10;

/** The subjects whose masks agree least with the judge: the picture, the mask from attention, and where the judge sees it. */
export async function worstSheet(subjects: readonly LocalisedSubject[]): Promise<Buffer> {
  const worst = [...subjects].sort((a, b) => a.score.iou - b.score.iou).slice(0, WORST);
  const page = await renderRows({
    title: `The ${worst.length} subjects that attention localised worst`,
    rows: [
      { label: 'picture', images: worst.map(({ image }) => image) },
      {
        label: 'mask from attention',
        images: worst.map(({ image, mask, maskGrid }) => renderMaskOverlay(image, { ...maskGrid, data: mask })),
      },
      {
        label: 'where the judge sees it',
        images: worst.map(({ image, truth, truthGrid }) =>
          renderMaskOverlay(image, { ...truthGrid, data: truth.mask }),
        ),
      },
    ],
    captions: worst.map(({ truth, prompt, score }) => {
      const seen = truth.seenAs === truth.subject ? '' : `, seen as ${truth.seenAs}`;
      return `${truth.subject}${seen}: IoU ${score.iou.toFixed(2)}. ${prompt}`;
    }),
  });
  return encodePalettePng(await decodePicture(page.png)); // a third of the bytes, for docs/results
}
