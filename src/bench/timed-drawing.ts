import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DrawnStory, Phase, StoryRequest } from '../engine/draw-story.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';

const LOOP_RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS_PER_MS = 1e3;

/** How late timers of the main thread were while the engine's thread drew, in milliseconds; its resolution included. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What one drawing took, in milliseconds. */
export interface Timed {
  /** from the request to the finished pictures; of a rival that only samples, the same as `sampling` */
  readonly wall: number;
  /** processor time of the whole process meanwhile: other programs change it little */
  readonly cpu: number;
  /** without prompts and decoding */
  readonly sampling: number;
}

export interface TimedDrawing extends Timed {
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  readonly loop: LoopDelay;
}

/** Draws a story as users do, through the engine's thread. */
export async function drawTimed(
  engine: Engine,
  model: ModelChoice,
  story: StoryRequest,
): Promise<{ readonly time: TimedDrawing; readonly drawn: DrawnStory }> {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  delay.enable();
  const drawn = await engine.draw(model, story, { trace: false, previewEvery: 0 });
  delay.disable();
  const [used, wall] = [process.cpuUsage(cpu), performance.now() - started];
  const { timings } = drawn;
  const percentile = (p: number) => delay.percentile(p) / NANOSECONDS_PER_MS;
  const time = {
    wall,
    cpu: (used.user + used.system) / MICROSECONDS_PER_MS,
    sampling: (timings.sample ?? 0) + (timings.match ?? 0) + (timings.inject ?? 0),
    phases: timings,
    loop: { p50: percentile(50), p99: percentile(99), max: delay.max / NANOSECONDS_PER_MS },
  };
  return { time, drawn };
}
