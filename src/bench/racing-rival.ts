import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import { loadPipeline } from '../engine/pipeline/load-pipeline.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import { benchmarkStory, choiceOf, type Mode } from './benchmark-story.ts';
import { DiffusersRival, type RivalKind, type RivalMethod } from './diffusers-rival.ts';
import type { RaceTask } from './race.ts';
import { type RivalTask, rivalTask } from './rival-task.ts';
import type { Timed } from './timed-drawing.ts';

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

export const METHODS: readonly RivalMethod[] = ['plain', 'consistory'];
const MODE_OF: Readonly<Record<RivalMethod, Mode>> = { plain: 'plain', consistory: 'exact' };

export const rivalName = ({ dtype, compile }: RivalKind): string =>
  `PyTorch ${compile ? 'compiled' : 'eager'} ${dtype}`;

/** A rival that is looked at after its first drawings. */
export class RacingRival {
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
