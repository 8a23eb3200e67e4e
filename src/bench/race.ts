import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import { benchmarkStory, choiceOf, type Mode, redrawStory } from './benchmark-story.ts';
import type { RivalKind } from './diffusers-rival.ts';
import { METHODS, RacingRival, type RivalResult, rivalName } from './racing-rival.ts';
import { type Contender, takeTurns } from './rounds.ts';
import type { Tell } from './tell.ts';
import { drawTimed, type Timed, type TimedDrawing } from './timed-drawing.ts';
import { withEngine } from './with-engine.ts';

export interface RaceTask {
  readonly panels: number;
  readonly steps: number;
  /** of each contender */
  readonly threads: number;
  readonly rounds: number;
  readonly modes: readonly Mode[];
  /** also one plain panel, and another take of a panel behind its character's canon */
  readonly redraw: boolean;
  readonly rivals: readonly RivalKind[];
  /** needed for rivals */
  readonly python: string | undefined;
}

export interface RaceResult {
  readonly panels: number;
  readonly steps: number;
  readonly threads: number;
  readonly ours: Readonly<Partial<Record<Mode, readonly TimedDrawing[]>>>;
  /** one plain panel; another take of one panel, its anchors drawn again beside it, and with anchors remembered */
  readonly one: {
    readonly panel: readonly Timed[];
    readonly redraw: readonly Timed[];
    readonly remembered: readonly Timed[];
  };
  readonly rivals: readonly RivalResult[];
}

/** Bytes for remembered anchors, by far more than one story's. */
const ANCHOR_MEMORY = 500e6;

/** The same panels in all ways in turns: ours through the engine's thread, PyTorch's in processes of their own. */
export async function race(model: ModelFolder, task: RaceTask, tell: Tell): Promise<RaceResult> {
  const { panels, steps, threads, rounds, modes, redraw } = task;
  const rivals: RacingRival[] = [];
  try {
    return await withEngine({ threads }, (engine) =>
      withEngine({ threads, anchorMemory: ANCHOR_MEMORY }, async (remembering) => {
        const drawn: Partial<Record<Mode, DrawnStory>> = {};
        const ours = (by: Engine, story: StoryRequest, keep?: Mode) => async () => {
          const result = await drawTimed(by, choiceOf(model), story);
          if (keep) drawn[keep] = result.drawn;
          return result.time;
        };
        const contenders: Record<string, Contender<Timed>> = {};
        for (const mode of modes) {
          contenders[mode] = ours(engine, benchmarkStory(model, mode, { panels, steps }), mode);
        }
        if (redraw) {
          const mode = modes.at(-1) as Mode;
          contenders['one panel'] = ours(engine, benchmarkStory(model, 'plain', { panels: 1, steps }));
          contenders['another take'] = ours(engine, redrawStory(model, mode, steps));
          contenders['another take, anchors remembered'] = ours(remembering, redrawStory(model, mode, steps));
        }
        for (const kind of task.python ? task.rivals : []) {
          const rival = await RacingRival.start(task.python as string, model, kind, task, drawn);
          rivals.push(rival);
          for (const method of METHODS) contenders[`${rivalName(kind)} ${method}`] = () => rival.sample(method);
        }
        tell(`${panels} panels: one round to warm up, ${rounds} that count`);
        const times = await takeTurns(contenders, rounds, (name, round, { wall, cpu }) =>
          tell(`${panels} panels, ${name}, round ${round + 1}: ${wall.toFixed(0)} ms, processor ${cpu.toFixed(0)} ms`),
        );
        return {
          panels,
          steps,
          threads,
          ours: Object.fromEntries(modes.map((mode) => [mode, times[mode] as TimedDrawing[]])),
          one: {
            panel: times['one panel'] ?? [],
            redraw: times['another take'] ?? [],
            remembered: times['another take, anchors remembered'] ?? [],
          },
          rivals: rivals.map((rival) => rival.result(times)),
        };
      }),
    );
  } finally {
    for (const rival of rivals) await rival.close();
  }
}
