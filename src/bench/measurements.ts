import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { type Engine, startEngine } from '../engine/worker/engine-client.ts';
import { benchmarkStory, MODES, type Mode, ownSize } from './benchmark-story.ts';
import { DiffusersRival } from './diffusers-rival.ts';
import { timeToFirstStep } from './first-step.ts';
import { drawInFreshProcess, type FreshDrawing } from './fresh-process.ts';
import { takeTurns } from './rounds.ts';
import { drawTimed, type TimedDrawing } from './timed-drawing.ts';

const MICROSECONDS_PER_MS = 1e3;

/** What is told while measuring takes its time. */
export type Tell = (text: string) => void;

export type PerMode<T> = Readonly<Record<Mode, readonly T[]>>;

const perMode = <T>(contender: (mode: Mode) => () => Promise<T>) =>
  Object.fromEntries(MODES.map((mode) => [mode, contender(mode)])) as Record<Mode, () => Promise<T>>;

async function withEngine<T>(threads: number, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = startEngine({ provider: 'cpu', threads, maxMemory: Number.POSITIVE_INFINITY });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/**
 * The same panels plain and exact, in turns, through the engine's thread.
 * @param threads 0: all cores, as users run it; 1: processor time is then work alone, no thread waits for another
 */
export function measureDrawing(
  model: ModelFolder,
  { panels, steps, threads = 0 }: { panels: number; steps: number; threads?: number },
  rounds: number,
  tell: Tell,
): Promise<Record<Mode, TimedDrawing[]>> {
  return withEngine(threads, (engine) =>
    takeTurns(
      perMode((mode) => () => drawTimed(engine, ownSize(model), benchmarkStory(model, mode, panels, steps))),
      rounds,
      (mode, round, { wall, cpu }: TimedDrawing) =>
        tell(`${panels} panels, ${mode}, round ${round + 1}: ${wall.toFixed(0)} ms, processor ${cpu.toFixed(0)} ms`),
    ),
  );
}

/** Peak memory and load time of the same panels plain and exact, each in a process of its own. */
export async function measureMemory(model: ModelFolder, panels: number, steps: number, rounds: number, tell: Tell) {
  const results: Record<Mode, FreshDrawing[]> = { plain: [], exact: [] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of MODES) {
      const drawing = await drawInFreshProcess({ model: model.path, mode, panels, steps, threads: 0 });
      tell(
        `${panels} panels, ${mode}: peak ${(drawing.peak / 1e6).toFixed(0)} MB, loaded in ${drawing.load.toFixed(0)} ms`,
      );
      results[mode].push(drawing);
    }
  }
  return results;
}

export async function measureFirstStep(model: ModelFolder, rounds: number, tell: Tell): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(await timeToFirstStep(model.path));
    tell(`start to first step: ${times.at(-1)?.toFixed(0)} ms`);
  }
  return times;
}

export interface SamplingTime {
  /** milliseconds of sampling alone, without prompts and decoding */
  readonly wall: number;
  /** processor time, milliseconds; ours with prompts and decoding */
  readonly cpu: number;
}

export interface Race {
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly times: Readonly<Record<'troupe' | 'diffusers', readonly SamplingTime[]>>;
  /** greatest difference of the finished latents: that both did the same */
  readonly difference: number;
}

/** Our plain sampling against diffusers' on the same weights, from the same noise, in turns. */
export function raceDiffusers(
  model: ModelFolder,
  python: string,
  { panels, steps, threads }: { panels: number; steps: number; threads: number },
  rounds: number,
  tell: Tell,
): Promise<Race> {
  return withEngine(threads, async (engine) => {
    const story = benchmarkStory(model, 'plain', panels, steps);
    const draw = () => engine.draw(ownSize(model), story, { trace: false, previewEvery: 0 });
    const ours = await draw();
    const troupe = async () => {
      const before = process.cpuUsage();
      const { timings } = await draw();
      const { user, system } = process.cpuUsage(before);
      return { wall: timings.sample ?? Number.NaN, cpu: (user + system) / MICROSECONDS_PER_MS };
    };
    const rival = await DiffusersRival.start(python, ownSize(model), story, ours.latentShape, threads);
    try {
      const times = await takeTurns(
        { troupe, diffusers: () => rival.sample() },
        rounds,
        (name, round, { wall, cpu }: SamplingTime) =>
          tell(`${name}, round ${round + 1}: ${wall.toFixed(0)} ms, processor ${cpu.toFixed(0)} ms`),
      );
      const theirs = await rival.latents();
      const mine = ours.panels.flatMap((panel) => [...panel.latents]);
      const difference = mine.reduce((most, z, i) => Math.max(most, Math.abs(z - (theirs[i] ?? Number.NaN))), 0);
      return { versions: rival.versions, threads, times, difference };
    } finally {
      await rival.close();
    }
  });
}
