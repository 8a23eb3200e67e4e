import type { RasterImage } from '../engine/raster-image.ts';
import { UserError } from '../errors/user-error.ts';

/** @throws UserError `no-panels` when there are none, `panel-pixels` when a picture's bytes are not width * height * 3 */
export function requirePanels(images: readonly RasterImage[]): void {
  if (images.length === 0) {
    throw new UserError('no-panels', {
      expected: 'at least one panel',
      got: 'none',
      todo: 'Describe at least one panel.',
    });
  }
  images.forEach(({ width, height, rgb }, index) => {
    if (width >= 1 && height >= 1 && rgb.length === width * height * 3) return;
    throw new UserError('panel-pixels', {
      expected: `${width} x ${height} x 3 bytes in panel ${index + 1}`,
      got: `${rgb.length}`,
      todo: 'Pass the pixels as RGB, rows from the top.',
      panel: index + 1,
    });
  });
}
