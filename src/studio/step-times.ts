import type { Phase } from '../engine/draw-story.ts';
import type { EngineProgress } from '../engine/worker/messages.ts';
import type { JobProgress } from '../queue/job-feed.ts';

type TimedPhase = Phase | 'load';

/** Weight of the latest measurement in the running mean. */
const LATEST = 0.3;

/** How long the units of phases take, in ms per row of the batch, by model; measured since the process began. */
export class StepTimes {
  readonly #times = new Map<string, number>();

  get(model: string, phase: TimedPhase): number | undefined {
    return this.#times.get(`${phase} ${model}`);
  }

  measured(model: string, phase: TimedPhase, msPerUnitAndRow: number): void {
    const before = this.get(model, phase) ?? msPerUnitAndRow;
    this.#times.set(`${phase} ${model}`, before + LATEST * (msPerUnitAndRow - before));
  }
}

/** What a unit costs in sampling steps as long as none was measured: a pass through the U-Net is about the same. */
const ROUGHLY: Readonly<Record<TimedPhase, number>> = {
  load: 0,
  encode: 0.2,
  sample: 1,
  match: 1,
  inject: 1,
  decode: 0.1,
};

/** How many units a drawing has in each phase. */
export type WorkPlan = Readonly<Record<Exclude<TimedPhase, 'load'>, number>>;

/** Makes one share and one remaining time of a drawing's phases. */
export class ProgressEstimate {
  readonly #plan: Readonly<Record<TimedPhase, number>>;
  readonly #rows: number;
  readonly #model: string;
  readonly #times: StepTimes;
  readonly #now: () => number;
  readonly #done = new Map<TimedPhase, number>();
  #phase: TimedPhase | undefined;
  #since = 0;
  #share = 0;

  /** @param now in ms, of a clock that only goes forward */
  constructor(plan: WorkPlan, rows: number, model: string, times: StepTimes, now: () => number) {
    this.#plan = { load: 0, ...plan };
    this.#rows = rows;
    this.#model = model;
    this.#times = times;
    this.#now = now;
  }

  update({ phase, done, total }: EngineProgress): JobProgress {
    const now = this.#now();
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#since = now;
    } else if (done > 0) {
      const perUnit = (now - this.#since) / done / this.#rows;
      // The running mean takes whole phases, this drawing its own first units.
      if (done === total) this.#times.measured(this.#model, phase, perUnit);
      else if (this.#times.get(this.#model, phase) === undefined) this.#own.set(phase, perUnit);
    }
    this.#done.set(phase, done);
    const { spent, whole } = this.#work();
    // Better knowledge of what is left never takes back what was shown.
    this.#share = Math.max(this.#share, whole > 0 ? Math.min(1, spent / whole) : 0);
    const isMeasured = this.#cost('sample') !== undefined;
    return { phase, share: this.#share, remainingMs: isMeasured ? Math.max(0, Math.round(whole - spent)) : undefined };
  }

  readonly #own = new Map<TimedPhase, number>();

  /** In ms, or in sampling steps as long as none was measured. */
  #work(): { readonly spent: number; readonly whole: number } {
    const step = this.#cost('sample') ?? 1;
    let [spent, whole, isBefore] = [0, 0, true];
    for (const [phase, units] of Object.entries(this.#plan) as [TimedPhase, number][]) {
      const cost = (this.#cost(phase) ?? step * ROUGHLY[phase]) * this.#rows;
      whole += units * cost;
      if (phase === this.#phase) isBefore = false;
      // Phases that were passed over or are behind are done.
      const done = isBefore ? units : Math.min(units, this.#done.get(phase) ?? 0);
      if (isBefore || phase === this.#phase) spent += done * cost;
    }
    return { spent, whole };
  }

  #cost(phase: TimedPhase): number | undefined {
    return this.#times.get(this.#model, phase) ?? this.#own.get(phase);
  }
}
