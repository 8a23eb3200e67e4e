import type { EngineProgress } from '../engine/worker/messages.ts';

/** Where lines go, and a clock in milliseconds from any start. */
export interface ProgressConsole {
  write(line: string): void;
  now(): number;
}

const PHASES: Readonly<Record<EngineProgress['phase'], string>> = {
  load: 'loading the model',
  encode: 'reading prompts',
  sample: 'drawing, step',
  match: 'matching',
  inject: 'aligning',
  decode: 'developing, picture',
};

/** Milliseconds after which people want to hear that something is still going on. */
const PATIENCE = 30_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;

/**
 * How a long run is getting on: a line for each unit that is done, with the time that the others will take, and while a
 * unit takes long a line now and then of what is going on.
 */
export class RunProgress {
  private total: number;
  private readonly console: ProgressConsole;
  private done = 0;
  private unitStarted: number;
  private lastLine: number;
  /** whether the unit asked for any work; what comes from the cache says nothing of the time that is left */
  private worked = false;
  private readonly durations: number[] = [];

  constructor(total: number, console: ProgressConsole) {
    this.total = total;
    this.console = console;
    this.unitStarted = console.now();
    this.lastLine = this.unitStarted;
  }

  /** Where the first unit tells how many there are. */
  expect(total: number): void {
    this.total = total;
  }

  /** The engine's progress within a unit. */
  readonly engine = ({ phase, done, total }: EngineProgress): void => {
    this.doing(phase === 'load' ? PHASES.load : `${PHASES[phase]} ${done} of ${total}`);
  };

  /** Something else that a unit waits for. */
  doing(what: string): void {
    this.worked = true;
    if (this.console.now() - this.lastLine >= PATIENCE) this.line(`   ${what}, ${time(this.sinceStart())} so far`);
  }

  /** What comes before the first unit, so that its time isn't taken for the unit's. */
  prepared(what: string): void {
    this.line(what);
    this.restart();
  }

  unitDone(what: string): void {
    this.done += 1;
    if (this.worked) this.durations.push(this.sinceStart());
    const left = this.total - this.done;
    const mean = this.durations.reduce((sum, each) => sum + each, 0) / this.durations.length;
    const estimate = left > 0 && this.durations.length > 0 ? `; about ${time(mean * left)} left` : '';
    this.line(`${this.done}/${this.total} ${what}${estimate}`);
    this.restart();
  }

  private restart(): void {
    this.unitStarted = this.console.now();
    this.worked = false;
  }

  private sinceStart(): number {
    return this.console.now() - this.unitStarted;
  }

  private line(text: string): void {
    this.lastLine = this.console.now();
    this.console.write(text);
  }
}

/** Standard error and the machine's clock. */
export const TERMINAL: ProgressConsole = {
  write: (line) => console.error(line),
  now: () => performance.now(),
};

function time(ms: number): string {
  if (ms < 2 * MS_PER_MINUTE) return `${Math.ceil(ms / 1000)} s`;
  if (ms < 2 * MS_PER_HOUR) return `${(ms / MS_PER_MINUTE).toFixed(0)} minutes`;
  return `${(ms / MS_PER_HOUR).toFixed(1)} hours`;
}
