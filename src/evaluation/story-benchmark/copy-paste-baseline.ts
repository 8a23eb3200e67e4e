import type { RasterImage } from '../../engine/raster-image.ts';
import { placement } from '../../inspection/layout.ts';
import type { DrawnShot, DrawnShots } from './drawn-shots.ts';
import type { BenchmarkStory } from './story-file.ts';

/**
 * ViStoryBench's copy-paste baseline (appendix F.1): every shot is the canons' pictures of those on stage, side by
 * side. It asks nothing of a model; the measures have to find it perfectly alike and perfectly copied.
 * @param canons of the story's characters, in their order
 */
export function pastedShots({ characters, shots }: BenchmarkStory, canons: DrawnShots): DrawnShots {
  const pasted = shots.map(({ onStage }): DrawnShot => {
    const pictures = onStage.map((name) => canons.shots[characters.findIndex((c) => c.name === name)] as DrawnShot);
    const centres = pictures.map(({ masks }, i) => {
      const mask = masks[onStage[i] as string];
      return (mask && placement(mask, canons.maskGrid)?.x) ?? 0.5;
    });
    const { width, height } = (pictures[0] as DrawnShot).image;
    const rgb = sideBySide(
      pictures.map(({ image }) => image.rgb),
      centres,
      width,
      height,
      3,
    );
    return {
      prompt: (pictures[0] as DrawnShot).prompt,
      image: { width, height, rgb } satisfies RasterImage,
      latents: pasteLatents(pictures, centres, canons.latentShape),
      masks: pasteMasks(pictures, onStage, centres, canons.maskGrid),
    };
  });
  return { ...canons, shots: pasted, took: 0 };
}

function pasteLatents(
  pictures: readonly DrawnShot[],
  centres: readonly number[],
  [channels, height, width]: DrawnShots['latentShape'],
) {
  const area = height * width;
  const result = new Float32Array(channels * area);
  for (let channel = 0; channel < channels; channel++) {
    const plane = (latents: Float32Array) => latents.subarray(channel * area, (channel + 1) * area);
    result.set(
      sideBySide(
        pictures.map(({ latents }) => plane(latents)),
        centres,
        width,
        height,
        1,
      ),
      channel * area,
    );
  }
  return result;
}

/** Of each character that part of its mask that lies in its strip. */
function pasteMasks(
  pictures: readonly DrawnShot[],
  names: readonly string[],
  centres: readonly number[],
  { width, height }: DrawnShots['maskGrid'],
): DrawnShot['masks'] {
  const nobody = new Uint8Array(width * height);
  const pasted = names.map((name) => {
    const strips = pictures.map(({ masks }, i) => (names[i] === name ? (masks[name] ?? nobody) : nobody));
    return [name, sideBySide(strips, centres, width, height, 1)] as const;
  });
  return Object.fromEntries(pasted);
}

/** Upright strips of equal width, each around its picture's centre as far as the picture reaches; [H, W, values]. */
function sideBySide<Values extends Uint8Array | Uint8ClampedArray | Float32Array>(
  pictures: readonly Values[],
  centres: readonly number[],
  width: number,
  height: number,
  values: number,
): Values {
  const result = (pictures[0] as Values).slice() as Values;
  if (pictures.length === 1) return result;
  pictures.forEach((picture, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.round((edge * width) / pictures.length)) as [number, number];
    const wanted = Math.round((centres[i] as number) * width - (to - from) / 2);
    const source = Math.min(Math.max(0, wanted), width - (to - from));
    for (let y = 0; y < height; y++) {
      const row = picture.subarray((y * width + source) * values, (y * width + source + to - from) * values);
      result.set(row, (y * width + from) * values);
    }
  });
  return result;
}
