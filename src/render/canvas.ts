import sharp, { type Sharp } from 'sharp';
import type { RasterImage } from '../engine/raster-image.ts';
import { FONT_FILES } from './fonts.ts';

/** A picture with transparency: width * height * 4 bytes, rows from the top, RGBA, not premultiplied. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** A bitmap and where its upper left corner lies on the page, in pixels. */
export interface Layer {
  readonly bitmap: Bitmap;
  readonly left: number;
  readonly top: number;
}

export interface TextOptions {
  /** Pango markup, escaped. */
  readonly markup: string;
  /** Pango font description. */
  readonly font: string;
  /** Lines are wrapped at this many pixels. */
  readonly width: number;
}

// At 72 dpi a typographic point is a pixel, so font sizes are pixels.
const POINTS_ARE_PIXELS_DPI = 72;
/** 0 to 1: enough that flat skies show no bands; all of it would be noise that doesn't compress. */
const PALETTE_DITHER = 0.5;
const PNG_OPTIONS = { compressionLevel: 9, adaptiveFiltering: true, palette: false } as const;

/**
 * Makes the shipped fonts known to libvips, which keeps them for the process; asking again costs about 0.5 ms a file.
 * Pango takes one font file a call, so each is named once with a text that needs no glyph of it.
 */
export async function loadFonts(): Promise<void> {
  for (const fontfile of FONT_FILES) {
    await sharp({ text: { text: 'x', font: 'Nunito 10', fontfile, dpi: POINTS_ARE_PIXELS_DPI } })
      .raw()
      .toBuffer();
  }
}

/** Sets text by Pango (shaping, bidirectional order, font fallback), cropped to its ink. */
export async function drawText({ markup, font, width }: TextOptions): Promise<Bitmap> {
  const { data, info } = await sharp({
    text: { text: markup, font, width, rgba: true, dpi: POINTS_ARE_PIXELS_DPI, align: 'centre', wrap: 'word-char' },
  })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

/** Draws an SVG at its own size. */
export async function rasterizeSvg(svg: string): Promise<Bitmap> {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

/** Lays bitmaps on a plain ground in the given order. */
export async function composePage(
  width: number,
  height: number,
  background: string,
  layers: readonly Layer[],
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .composite(
      layers.map(({ bitmap, left, top }) => ({
        input: asBuffer(bitmap.rgba),
        raw: { width: bitmap.width, height: bitmap.height, channels: 4 as const },
        left,
        top,
      })),
    )
    .removeAlpha()
    .png(PNG_OPTIONS)
    .toBuffer();
}

/** Resamples to an exact size; the Magic Kernel Sharp 2021 neither rings like Lanczos nor blurs like a cubic. */
export async function resample(image: RasterImage, width: number, height: number): Promise<RasterImage> {
  if (image.width === width && image.height === height) return image;
  const rgb = await fromRaw(image).resize(width, height, { fit: 'fill', kernel: 'mks2021' }).raw().toBuffer();
  return { width, height, rgb };
}

export async function encodePng(image: RasterImage): Promise<Buffer> {
  return fromRaw(image).png(PNG_OPTIONS).toBuffer();
}

/** A PNG of at most 256 colours, dithered: about a third of the bytes, for drawings and screenshots in documents. */
export async function encodePalettePng(image: RasterImage): Promise<Buffer> {
  return fromRaw(image).png({ palette: true, dither: PALETTE_DITHER, effort: 10, compressionLevel: 9 }).toBuffer();
}

/** @param quality 1 to 100 */
export async function encodeWebp(image: RasterImage, quality: number): Promise<Buffer> {
  return fromRaw(image).webp({ quality }).toBuffer();
}

/** Decodes PNG, JPEG or WebP to RGB; transparency is laid on white. Throws what sharp throws on other bytes. */
export async function decodePicture(bytes: Uint8Array): Promise<RasterImage> {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** What a picture's file says of it before it is decoded. */
export interface PictureHeader {
  readonly format: string;
  /** as it is looked at, upright */
  readonly width: number;
  readonly height: number;
  /** of animations; an APNG's are not counted */
  readonly frames: number;
}

/** Decodes nothing, so a picture may claim any size. Throws what sharp throws on other bytes. */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader> {
  const { format, pages = 1, autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { format, width: autoOrient.width, height: autoOrient.height, frames: pages };
}

/**
 * Decodes a picture so that its centre fills the size; transparency is laid on white. Throws what sharp throws on other
 * bytes, and on pictures that break off.
 */
export async function decodeCovering(bytes: Uint8Array, width: number, height: number): Promise<RasterImage> {
  const rgb = await sharp(bytes, { failOn: 'error' })
    .autoOrient()
    .resize(width, height, { fit: 'cover', position: 'centre', kernel: 'mks2021' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { width, height, rgb };
}

function fromRaw({ width, height, rgb }: RasterImage): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** The same memory as a Buffer: sharp's types ask for one when pixels are composited. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
