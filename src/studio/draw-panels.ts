import { passLengths } from '../engine/consistory/settings.ts';
import { sharingEdges } from '../engine/consistory/stage.ts';
import type { DrawnPanel, DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import type { RasterImage } from '../engine/raster-image.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import type { JobWork } from '../queue/job-handler.ts';
import { renderStrip } from '../render/strip.ts';
import type { DrawingRequest } from './engine-request.ts';
import type { ChosenLora } from './loras.ts';
import type { StudioModel } from './models.ts';
import type { Drawing } from './recipe.ts';
import { ProgressEstimate, type StepTimes, type WorkPlan } from './step-times.ts';

export interface Draughtsman {
  readonly engine: Engine;
  readonly times: StepTimes;
  /** sampling steps between previews; 0: none */
  readonly previewEvery: number;
}

export interface DrawnPanels {
  /** the wanted panels, in their order */
  readonly panels: readonly DrawnPanel[];
  readonly story: DrawnStory;
}

/** Has the engine draw, and tells a job's progress, with previews of the wanted panels. */
export async function drawPanels(
  { engine, times, previewEvery }: Draughtsman,
  model: StudioModel,
  { size }: Pick<Drawing, 'size'>,
  loras: readonly ChosenLora[],
  { request, places }: DrawingRequest,
  { signal, report }: Pick<JobWork, 'signal' | 'report'>,
): Promise<DrawnPanels> {
  const timed = `${model.name} ${size.width}x${size.height}`;
  const estimate = new ProgressEstimate(planWork(request), request.panels.length, timed, times, () =>
    performance.now(),
  );
  let latest = estimate.update({ phase: 'load', done: 0, total: 1 });
  report(latest);
  let isRendering = false;
  const showStrip = async (images: readonly RasterImage[]) => {
    // A strip that takes longer than the next preview makes that one unnecessary.
    if (isRendering) return;
    isRendering = true;
    const wanted = places.map((place) => images[place] as RasterImage);
    const strip = await renderStrip(wanted).catch(() => undefined);
    isRendering = false;
    if (strip) report({ ...latest, strip });
  };
  const story = await engine.draw(
    { folder: model.folder, size, loras: loras.map(({ file, weight }) => ({ file, weight })) },
    request,
    { trace: false, previewEvery },
    {
      signal,
      progress: (progress) => {
        latest = estimate.update(progress);
        report(latest);
      },
      preview: (images) => void showStrip(images),
    },
  );
  return { story, panels: places.map((place) => story.panels[place] as DrawnPanel) };
}

function planWork({ panels, settings, steps }: StoryRequest): WorkPlan {
  const isInjected = sharingEdges(panels, settings.anchors).length > 0;
  const { sample, inject } = passLengths(settings, steps);
  return {
    encode: 1,
    sample: isInjected ? sample : steps,
    match: isInjected && inject > 0 ? 1 : 0,
    inject: isInjected ? inject : 0,
    decode: panels.length,
  };
}
