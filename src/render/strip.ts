import type { RasterImage } from '../engine/raster-image.ts';
import { encodeWebp, resample } from './canvas.ts';
import { requirePanels } from './panel-check.ts';

/** Tall enough to tell the panels apart on a phone. */
const DEFAULT_PANEL_HEIGHT = 128;
/** Chats show attachments about this wide; more would be scaled down again. */
const MAX_STRIP_WIDTH = 1024;
const GAP = 4;
/** Previews are replaced within seconds: small matters more than fine. */
const WEBP_QUALITY = 70;
const PAPER = [0xfd, 0xf8, 0xee];

export interface Strip {
  readonly webp: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * The panels side by side as a small WebP (some ten kilobytes), for messages that change while a story is drawn.
 * @throws UserError `no-panels`, `panel-pixels`
 */
export async function renderStrip(images: readonly RasterImage[], panelHeight = DEFAULT_PANEL_HEIGHT): Promise<Strip> {
  requirePanels(images);
  const widthAt = (height: number): number[] =>
    images.map((image) => Math.max(1, Math.round((image.width * height) / image.height)));
  const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0);
  const gaps = GAP * (images.length - 1);
  const shrink = Math.min(1, (MAX_STRIP_WIDTH - gaps) / sum(widthAt(panelHeight)));
  const height = Math.max(1, Math.floor(panelHeight * shrink));
  const widths = widthAt(height);
  const width = sum(widths) + gaps;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = PAPER[i % 3] ?? 0;
  let left = 0;
  for (const [index, image] of images.entries()) {
    const panel = await resample(image, widths[index] ?? 1, height);
    for (let y = 0; y < height; y++) {
      rgb.set(panel.rgb.subarray(y * panel.width * 3, (y + 1) * panel.width * 3), (y * width + left) * 3);
    }
    left += panel.width + GAP;
  }
  return { webp: await encodeWebp({ width, height, rgb }, WEBP_QUALITY), width, height };
}
