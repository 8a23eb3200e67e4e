import type { RasterImage } from '../engine/raster-image.ts';
import { dim } from './dimming.ts';

/** A patch of a feature map, counted from the upper left. */
export interface PatchPoint {
  readonly x: number;
  readonly y: number;
}

/** A patch of the first picture and the patch of the second one that it looks most like. */
export interface PatchPair {
  readonly source: PatchPoint;
  readonly target: PatchPoint;
}

export interface CorrespondenceOptions {
  /** Patches across and down, the same in both pictures (16 x 16 on the pocket model). */
  readonly grid: { readonly columns: number; readonly rows: number };
  /** Lines are drawn for so many pairs, spread evenly over the list. Default 12. */
  readonly lines?: number;
}

const DEFAULT_LINES = 12;
const GAP_OF_WIDTH = 1 / 16;
const TINT = 0.6;

/**
 * Two pictures side by side. Patches that belong together have one colour, given by where the patch lies in the first
 * picture (hue across, brightness down), so a good map repeats the first picture's rainbow on the second one's subject.
 * Patches in no pair are dimmed.
 */
export function renderCorrespondence(
  imageA: RasterImage,
  imageB: RasterImage,
  pairs: readonly PatchPair[],
  { grid, lines = DEFAULT_LINES }: CorrespondenceOptions,
): RasterImage {
  if (imageA.width !== imageB.width || imageA.height !== imageB.height) {
    throw new RangeError('Expected two pictures of one size');
  }
  const { width, height } = imageA;
  const gap = Math.max(1, Math.round(width * GAP_OF_WIDTH));
  const canvas = { width: width * 2 + gap, height, rgb: new Uint8Array((width * 2 + gap) * height * 3).fill(255) };
  const patchColour = positionColours(pairs);
  const keyOf = ({ x, y }: PatchPoint): number => y * grid.columns + x;
  const coloursA = new Map(pairs.map((pair, index) => [keyOf(pair.source), patchColour[index]] as const));
  const coloursB = new Map(pairs.map((pair, index) => [keyOf(pair.target), patchColour[index]] as const));
  paint(canvas, imageA, 0, grid, coloursA);
  paint(canvas, imageB, width + gap, grid, coloursB);

  const count = Math.min(lines, pairs.length);
  for (let i = 0; i < count; i++) {
    const index = Math.floor(((i + 0.5) * pairs.length) / count);
    const pair = pairs[index];
    const colour = patchColour[index];
    if (!pair || !colour) continue;
    const centre = ({ x, y }: PatchPoint, left: number): PatchPoint => ({
      x: left + ((x + 0.5) * width) / grid.columns,
      y: ((y + 0.5) * height) / grid.rows,
    });
    drawLine(canvas, centre(pair.source, 0), centre(pair.target, width + gap), colour);
  }
  return canvas;
}

type Rgb = readonly [number, number, number];

/** Spread over the box around all source patches, so that a small subject also gets the whole range. */
function positionColours(pairs: readonly PatchPair[]): Rgb[] {
  const xs = pairs.map(({ source }) => source.x);
  const ys = pairs.map(({ source }) => source.y);
  const relative = (value: number, all: readonly number[]): number => {
    const low = Math.min(...all);
    return (value - low) / Math.max(1, Math.max(...all) - low);
  };
  return pairs.map(({ source }) => hslToRgb(300 * relative(source.x, xs), 0.9, 0.72 - 0.4 * relative(source.y, ys)));
}

/** CSS Color 4, section 7: hue in degrees, the rest 0 to 1. */
function hslToRgb(hue: number, saturation: number, lightness: number): Rgb {
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    const reach = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function paint(
  canvas: RasterImage,
  image: RasterImage,
  left: number,
  grid: CorrespondenceOptions['grid'],
  colours: ReadonlyMap<number, Rgb | undefined>,
): void {
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * grid.rows) / image.height);
    for (let x = 0; x < image.width; x++) {
      const from = (y * image.width + x) * 3;
      const [r = 0, g = 0, b = 0] = image.rgb.subarray(from, from + 3);
      const tint = colours.get(row * grid.columns + Math.floor((x * grid.columns) / image.width));
      const mixed = tint
        ? [r + (tint[0] - r) * TINT, g + (tint[1] - g) * TINT, b + (tint[2] - b) * TINT].map(Math.round)
        : dim(r, g, b);
      canvas.rgb.set(mixed, (y * canvas.width + left + x) * 3);
    }
  }
}

/** A line with a white edge, so that it is seen on any ground: one stamp per pixel along the longer axis. */
function drawLine(canvas: RasterImage, from: PatchPoint, to: PatchPoint, colour: Rgb): void {
  const radius = Math.max(1, Math.round(canvas.height / 256));
  const steps = Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)));
  for (const { reach, rgb } of [
    { reach: radius, rgb: [255, 255, 255] },
    { reach: radius - 1, rgb: colour },
  ]) {
    for (let step = 0; step <= steps; step++) {
      const x = Math.round(from.x + ((to.x - from.x) * step) / Math.max(1, steps));
      const y = Math.round(from.y + ((to.y - from.y) * step) / Math.max(1, steps));
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const inside = x + dx >= 0 && x + dx < canvas.width && y + dy >= 0 && y + dy < canvas.height;
          if (inside) canvas.rgb.set(rgb, ((y + dy) * canvas.width + x + dx) * 3);
        }
      }
    }
  }
}
