import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { PictureSize } from '../engine/pipeline/unet-session.ts';
import { openModel } from '../engine/weights/open-model.ts';
import { startEngine } from '../engine/worker/engine-client.ts';
import { benchScript } from './bench-script.ts';
import { benchmarkStory, choiceOf, type Mode, type StoryShape } from './benchmark-story.ts';

const run = promisify(execFile);

/** What one story took in a process that did nothing else. */
export interface FreshDrawing {
  /** largest resident memory, bytes */
  readonly peak: number;
  /** the same when the model was loaded and nothing drawn yet, bytes */
  readonly loaded: number;
  /** milliseconds to open the model, write its graphs and create their sessions */
  readonly load: number;
}

const answer = z.object({ peak: z.number(), loaded: z.number(), load: z.number() });

export interface FreshDrawingTask extends StoryShape {
  readonly model: string;
  readonly mode: Mode;
  readonly size?: PictureSize;
}

/** Runs a task in a new process: what a process once took is never given back, so each measurement needs its own. */
export async function drawInFreshProcess(task: FreshDrawingTask): Promise<FreshDrawing> {
  const { stdout } = await run(process.execPath, [
    '--import',
    'tsx',
    benchScript('draw-once.ts'),
    JSON.stringify(task),
  ]);
  return answer.parse(JSON.parse(stdout));
}

/** The part that runs in that process. */
export async function drawAndMeasure(task: FreshDrawingTask): Promise<FreshDrawing> {
  const model = openModel(task.model);
  const engine = startEngine({ provider: 'cpu', threads: 0, maxMemory: Number.POSITIVE_INFINITY });
  let load = Number.NaN;
  let loaded: Promise<number> | undefined;
  await engine.draw(
    choiceOf(model, task.size),
    benchmarkStory(model, task.mode, task),
    { trace: false, previewEvery: 0 },
    {
      loaded: ({ took }) => {
        load = took;
        loaded = peakMemory();
      },
    },
  );
  const peak = await peakMemory();
  await engine.close();
  return { peak, loaded: (await loaded) ?? Number.NaN, load };
}

const BYTES_PER_KB = 1024;

/**
 * Largest resident memory of this process so far, bytes. On Linux not from getrusage, whose number a process inherits
 * from the one that started it.
 */
export async function peakMemory(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const line = /^VmHWM:\s+(\d+) kB/m.exec(status);
  return (line ? Number(line[1]) : process.resourceUsage().maxRSS) * BYTES_PER_KB;
}
