import type { Grid, Mask } from '../../engine/consistory/subject-mask.ts';
import type { DrawnStory } from '../../engine/draw-story.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { Engine, EngineHooks } from '../../engine/worker/engine-client.ts';
import type { ModelChoice } from '../../engine/worker/messages.ts';
import { base64, fromBase64 } from '../base64.ts';
import type { ShotBatch } from './story-requests.ts';

/** A story's shots, or its characters' pictures, as they were drawn. */
export interface DrawnShots {
  readonly shots: readonly DrawnShot[];
  readonly latentShape: DrawnStory['latentShape'];
  readonly maskGrid: Grid;
  /** seconds that the engine took */
  readonly took: number;
}

export interface DrawnShot {
  readonly prompt: string;
  readonly image: RasterImage;
  /** finished, [C, H, W] */
  readonly latents: Float32Array;
  /** by character, over the mask grid */
  readonly masks: Readonly<Record<string, Mask>>;
}

export async function drawShots(
  engine: Pick<Engine, 'draw'>,
  model: ModelChoice,
  { request, places }: ShotBatch,
  hooks: Pick<EngineHooks, 'loaded' | 'progress'> = {},
): Promise<DrawnShots> {
  const started = performance.now();
  const { panels, latentShape, maskGrid } = await engine.draw(model, request, { trace: false, previewEvery: 0 }, hooks);
  const shots = places.map((place): DrawnShot => {
    const { image, latents, masks } = panels[place] as DrawnStory['panels'][number];
    return { prompt: request.panels[place]?.prompt ?? '', image, latents, masks };
  });
  return { shots, latentShape, maskGrid, took: (performance.now() - started) / 1000 };
}

/** Those of several batches, in their order. */
export function joinShots([first, ...others]: readonly DrawnShots[]): DrawnShots {
  if (!first) throw new RangeError('no shots');
  const all = [first, ...others];
  return {
    ...first,
    shots: all.flatMap(({ shots }) => shots),
    took: all.reduce((sum, { took }) => sum + took, 0),
  };
}

/** What JSON can keep. */
export interface StoredShots extends Omit<DrawnShots, 'shots'> {
  readonly shots: readonly {
    readonly prompt: string;
    readonly image: { readonly width: number; readonly height: number; readonly rgb: string };
    readonly latents: string;
    readonly masks: Readonly<Record<string, string>>;
  }[];
}

export function storeShots({ shots, ...rest }: DrawnShots): StoredShots {
  return {
    ...rest,
    shots: shots.map(({ prompt, image: { width, height, rgb }, latents, masks }) => ({
      prompt,
      image: { width, height, rgb: base64(rgb) },
      latents: base64(latents),
      masks: Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, base64(mask)])),
    })),
  };
}

export function restoreShots({ shots, ...rest }: StoredShots): DrawnShots {
  return {
    ...rest,
    shots: shots.map(({ prompt, image, latents, masks }) => ({
      prompt,
      image: { ...image, rgb: fromBase64(image.rgb) },
      latents: new Float32Array(fromBase64(latents).buffer),
      masks: Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, fromBase64(mask)])),
    })),
  };
}
