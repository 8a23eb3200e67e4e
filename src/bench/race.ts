import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import { loadPipeline } from '../engine/pipeline/load-pipeline.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import { benchmarkStory, choiceOf, type Mode, redrawStory } from './benchmark-story.ts';
import { DiffusersRival, type RivalKind, type RivalMethod } from './diffusers-rival.ts';
import { type RivalTask, rivalTask } from './rival-task.ts';
import { type Contender, takeTurns } from './rounds.ts';
import type { Tell } from './tell.ts';
import { drawTimed, type Timed, type TimedDrawing } from './timed-drawing.ts';
import { withEngine } from './with-engine.ts';

export interface RaceTask {
  readonly panels: number;
  readonly steps: number;
  /** 0: all cores */
  readonly threads: number;
  readonly rounds: number;
  readonly modes: readonly Mode[];
  /** also one plain panel, and another take of a panel behind its character's canon */
  readonly redraw: boolean;
  readonly rivals: readonly RivalKind[];
  /** needed for rivals */
  readonly python: string | undefined;
}

export interface RivalResult extends RivalKind {
  readonly versions: Readonly<Record<string, string>>;
  readonly times: Readonly<Record<RivalMethod, readonly Timed[]>>;
  /** milliseconds of the first drawing, compilation included */
  readonly first: Readonly<Record<RivalMethod, number>>;
  /** largest resident memory before anything was drawn: PyTorch's code and the model, bytes */
  readonly loaded: number;
  /** largest resident memory up to then, bytes */
  readonly peak: Readonly<Record<RivalMethod, number>>;
  /** with what Troupe draws plain and exact */
  readonly agreement: Readonly<Record<RivalMethod, Agreement>>;
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
const METHODS: readonly RivalMethod[] = ['plain', 'consistory'];
const MODE_OF: Readonly<Record<RivalMethod, Mode>> = { plain: 'plain', consistory: 'exact' };

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

export const rivalName = ({ dtype, compile }: RivalKind): string =>
  `PyTorch ${compile ? 'compiled' : 'eager'} ${dtype}`;

/** A rival that is looked at after its first drawings. */
class RacingRival {
  private readonly rival: DiffusersRival;
  private readonly kind: RivalKind;
  private readonly drawn: Readonly<Partial<Record<Mode, DrawnStory>>>;
  private readonly concept: string;
  private readonly loaded: number;
  private readonly first: Partial<Record<RivalMethod, { time: Timed; peak: number; agreement: Agreement }>> = {};

  private constructor(
    rival: DiffusersRival,
    kind: RivalKind,
    drawn: Readonly<Partial<Record<Mode, DrawnStory>>>,
    concept: string,
    loaded: number,
  ) {
    this.rival = rival;
    this.kind = kind;
    this.drawn = drawn;
    this.concept = concept;
    this.loaded = loaded;
  }

  static async start(
    python: string,
    model: ModelFolder,
    kind: RivalKind,
    { panels, steps, threads }: RaceTask,
    drawn: Readonly<Partial<Record<Mode, DrawnStory>>>,
  ): Promise<RacingRival> {
    const story = benchmarkStory(model, 'exact', { panels, steps });
    const task = await describeStory(model, story);
    const rival = await DiffusersRival.start(python, task, story.settings, kind, threads);
    return new RacingRival(rival, kind, drawn, story.concepts[0]?.name ?? '', await rival.peak());
  }

  async sample(method: RivalMethod): Promise<Timed> {
    const { wall, cpu } = await this.rival.sample(method);
    const time = { wall, cpu, sampling: wall };
    if (!this.first[method]) {
      const peak = await this.rival.peak();
      const ours = this.drawn[MODE_OF[method]];
      if (!ours) throw new Error(`${MODE_OF[method]} has to be drawn before its rival`);
      const agreement = agreementOf(ours, this.concept, await this.rival.pictures());
      this.first[method] = { time, peak, agreement };
    }
    return time;
  }

  result(times: Readonly<Record<string, readonly Timed[]>>): RivalResult {
    const perMethod = <T>(of: (method: RivalMethod) => T) =>
      Object.fromEntries(METHODS.map((method) => [method, of(method)])) as Record<RivalMethod, T>;
    const first = (method: RivalMethod) => this.first[method] as NonNullable<(typeof this.first)[RivalMethod]>;
    return {
      ...this.kind,
      versions: this.rival.versions,
      loaded: this.loaded,
      times: perMethod((method) => times[`${rivalName(this.kind)} ${method}`] ?? []),
      first: perMethod((method) => first(method).time.wall),
      peak: perMethod((method) => first(method).peak),
      agreement: perMethod((method) => first(method).agreement),
    };
  }

  close(): Promise<void> {
    return this.rival.close();
  }
}

/** A story and its draws for another program; the model is opened only for what shape its latents and grids are of. */
export async function describeStory(model: ModelFolder, story: StoryRequest): Promise<RivalTask> {
  const { size } = choiceOf(model);
  const pipeline = await loadPipeline(model, { providers: ['cpu'], threads: 1, compute: 'float32', size });
  try {
    return rivalTask(model.dir, story, pipeline.unet);
  } finally {
    await pipeline.release();
  }
}
