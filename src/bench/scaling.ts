import type { PictureSize } from '../engine/pipeline/unet-session.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import { benchmarkStory, choiceOf, MODES, MOST_PANELS, type Mode, type StoryShape } from './benchmark-story.ts';
import { drawInFreshProcess } from './fresh-process.ts';
import { takeTurns } from './rounds.ts';
import type { Tell } from './tell.ts';
import { drawTimed, type TimedDrawing } from './timed-drawing.ts';
import { withEngine } from './with-engine.ts';

/** One story in all modes, when one thing is another number than usual. */
export interface ScalingPoint extends StoryShape {
  /** of the pictures */
  readonly size: PictureSize;
  readonly times: Readonly<Partial<Record<Mode, readonly TimedDrawing[]>>>;
  /** largest resident memory of a process that drew nothing else, bytes */
  readonly peak: Readonly<Partial<Record<Mode, number>>>;
}

export interface ScalingResult {
  readonly panels: readonly ScalingPoint[];
  /** of four panels */
  readonly sizes: readonly ScalingPoint[];
  /** of eight panels, 'all' being as many as panels; without plain, which has none */
  readonly anchors: readonly ScalingPoint[];
}

export interface ScalingTask {
  /** Time per step and peak memory hardly depend on their number, if queries are blended in some: from 15 on they are. */
  readonly steps: number;
  readonly rounds: number;
  /** fewer points, to see that it runs */
  readonly quick: boolean;
}

const PANELS = [2, 4, 8, MOST_PANELS];
const ANCHORS = [1, 2, 4, 'all'] as const;
const PANELS_BY_ANCHORS = 8;
const PANELS_BY_SIZE = 4;
/** of the model's own side */
const SCALES = [0.5, 1, 1.5, 2];

/** Time and memory by the number of panels, by the size of pictures and by the number of anchors. */
export async function measureScaling(
  model: ModelFolder,
  { steps, rounds, quick }: ScalingTask,
  tell: Tell,
): Promise<ScalingResult> {
  const { width, height } = model.card;
  const some = <T>(list: readonly T[]) => (quick ? list.slice(0, 1) : list);
  return withEngine({ threads: 0 }, async (engine) => {
    const measure = (shape: StoryShape, modes: readonly Mode[], scale = 1) =>
      measurePoint(engine, model, shape, { width: width * scale, height: height * scale }, modes, rounds, tell);
    const consistent = MODES.filter((mode) => mode !== 'plain');
    return {
      panels: await inOrder(some(PANELS), (panels) => measure({ panels, steps }, MODES)),
      anchors: await inOrder(some(ANCHORS), (anchors) =>
        measure({ panels: PANELS_BY_ANCHORS, steps, anchors }, consistent),
      ),
      // last, because another size is another graph
      sizes: await inOrder(some(SCALES), (scale) => measure({ panels: PANELS_BY_SIZE, steps }, MODES, scale)),
    };
  });
}

async function measurePoint(
  engine: Engine,
  model: ModelFolder,
  shape: StoryShape,
  size: PictureSize,
  modes: readonly Mode[],
  rounds: number,
  tell: Tell,
): Promise<ScalingPoint> {
  const choice = choiceOf(model, size);
  const contenders = Object.fromEntries(
    modes.map((mode) => [mode, async () => (await drawTimed(engine, choice, benchmarkStory(model, mode, shape))).time]),
  );
  // loads the graphs of this size, and brings memory to where such stories have it
  await engine.draw(choice, benchmarkStory(model, 'plain', { ...shape, steps: 1 }), { trace: false, previewEvery: 0 });
  const times = await takeTurns(contenders, rounds, undefined, { warmUp: false });
  const peak: Partial<Record<Mode, number>> = {};
  for (const mode of modes) {
    peak[mode] = (await drawInFreshProcess({ ...shape, model: model.path, mode, size })).peak;
    const wall = Math.min(...(times[mode] ?? []).map((time) => time.wall));
    const { panels, anchors } = shape;
    tell(
      `${panels} panels of ${size.width} px${anchors ? `, ${anchors} anchors` : ''}, ${mode}: ${wall.toFixed(0)} ms, ${(peak[mode] / 1e6).toFixed(0)} MB`,
    );
  }
  return { ...shape, size, times, peak };
}

async function inOrder<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of list) results.push(await work(item));
  return results;
}
