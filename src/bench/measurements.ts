import type { DrawnStory } from '../engine/draw-story.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { type Engine, startEngine } from '../engine/worker/engine-client.ts';
import { benchmarkStory, MODES, type Mode, ownSize } from './benchmark-story.ts';
import { DiffusersRival } from './diffusers-rival.ts';
import { timeToFirstStep } from './first-step.ts';
import { drawInFreshProcess, type FreshDrawing } from './fresh-process.ts';
import { takeTurns } from './rounds.ts';
import { drawTimed, type TimedDrawing } from './timed-drawing.ts';

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

/** The same panels plain and exact, in turns, through the engine's thread. */
export function measureDrawing(model: ModelFolder, panels: number, steps: number, rounds: number, tell: Tell) {
  return withEngine(0, (engine) =>
    takeTurns(
      perMode((mode) => () => drawTimed(engine, ownSize(model), benchmarkStory(model, mode, panels, steps))),
      rounds,
      (mode, round, { wall }: TimedDrawing) =>
        tell(`${panels} panels, ${mode}, round ${round + 1}: ${wall.toFixed(0)} ms`),
    ),
  );
}

/** Peak memory and load time of the same panels plain and exact, each in a process of its own. */
export async function measureMemory(model: ModelFolder, panels: number, steps: number, rounds: number, tell: Tell) {
  const results: Record<Mode, FreshDrawing[]> = { plain: [], exact: [] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of MODES) {
      const drawing = await drawInFreshProcess({ model: model.dir, mode, panels, steps, threads: 0 });
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
    times.push(await timeToFirstStep(model.dir));
    tell(`start to first step: ${times.at(-1)?.toFixed(0)} ms`);
  }
  return times;
}

export interface SamplingTime {
  /** milliseconds of sampling alone, without prompts and decoding */
  readonly wall: number;
}

export interface Race {
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly times: Readonly<Record<'troupe' | 'diffusers', readonly SamplingTime[]>>;
  /** greatest difference of the finished latents: that both did the same */
  readonly difference: number;
}

/** As the target is stated. */
const RACE_THREADS = 2;

/** Our plain sampling against diffusers' on the same weights, from the same noise, in turns. */
export function raceDiffusers(
  model: ModelFolder,
  python: string,
  panels: number,
  steps: number,
  rounds: number,
  tell: Tell,
) {
  return withEngine(RACE_THREADS, async (engine): Promise<Race> => {
    const story = benchmarkStory(model, 'plain', panels, steps);
    let last: DrawnStory | undefined;
    const troupe = async () => {
      last = await engine.draw(ownSize(model), story, { trace: false, previewEvery: 0 });
      return { wall: last.timings.sample ?? Number.NaN };
    };
    await troupe();
    const ours = last as DrawnStory | undefined;
    if (!ours) throw new Error('nothing was drawn');
    const rival = await DiffusersRival.start(python, ownSize(model), story, ours.latentShape, RACE_THREADS);
    try {
      const times = await takeTurns(
        { troupe, diffusers: () => rival.sample() },
        rounds,
        (name, round, { wall }: SamplingTime) => tell(`${name}, round ${round + 1}: ${wall.toFixed(0)} ms`),
      );
      const theirs = await rival.latents();
      const mine = ours.panels.flatMap((panel) => [...panel.latents]);
      const difference = mine.reduce((most, z, i) => Math.max(most, Math.abs(z - (theirs[i] ?? Number.NaN))), 0);
      return { versions: rival.versions, threads: RACE_THREADS, times, difference };
    } finally {
      await rival.close();
    }
  });
}
