import type { Grid, Mask } from '../engine/consistory/subject-mask.ts';
import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import type { RasterImage } from '../engine/raster-image.ts';
import type { Engine, EngineHooks } from '../engine/worker/engine-client.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';
import { maskIou } from '../inspection/layout.ts';

/** A story drawn in one variant. */
export interface Drawing {
  readonly panels: readonly DrawingPanel[];
  readonly maskGrid: Grid;
  /** seconds that the engine took */
  readonly took: number;
}

export interface DrawingPanel {
  readonly prompt: string;
  readonly image: RasterImage;
  /** finished, [C, H, W] */
  readonly latents: Float32Array;
  /** the subject's, from this picture's own cross-attention; [S] over the mask grid */
  readonly mask: Mask;
  /** what the method did, to find out where it fails */
  readonly diagnosis: PanelDiagnosis;
}

export interface PanelDiagnosis {
  /** tokens that took features from others */
  readonly injected: number;
  /** mean cosine similarity of those */
  readonly similarity: number | null;
  /** how well the masks before and after injection agree (IoU): low where the layout left its correspondences */
  readonly maskKept: number;
}

export async function drawVariant(
  engine: Engine,
  model: ModelChoice,
  request: StoryRequest,
  hooks: Pick<EngineHooks, 'loaded'> = {},
): Promise<Drawing> {
  const started = performance.now();
  const drawn = await engine.draw(model, request, { trace: true, previewEvery: 0 }, hooks);
  const took = (performance.now() - started) / 1000;
  if (!drawn.trace) throw new Error('a story was drawn without its trace');
  return { panels: panelsOf(request, drawn), maskGrid: drawn.maskGrid, took };
}

function panelsOf(request: StoryRequest, { panels, trace }: DrawnStory): DrawingPanel[] {
  const subject = request.concepts[0]?.name ?? '';
  return panels.map(({ image, latents, masks }, i) => {
    const mask = masks[subject] as Mask;
    const injected = trace?.injected.filter((token) => token.panel === i) ?? [];
    return {
      prompt: request.panels[i]?.prompt ?? '',
      image,
      latents,
      mask,
      diagnosis: {
        injected: injected.length,
        similarity:
          injected.length > 0 ? injected.reduce((sum, token) => sum + token.similarity, 0) / injected.length : null,
        maskKept: maskIou(mask, trace?.panels[i]?.firstMasks[subject] ?? mask),
      },
    };
  });
}
