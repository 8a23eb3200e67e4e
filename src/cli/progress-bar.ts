/** Where progress goes: a terminal, or a log that keeps every line. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 28;
/** Left of the bar: the longest name of a phase, "Drawing consistent". */
const NAME_WIDTH = 18;
const ERASE_LINE = '\r\u001b[2K';

/**
 * One line per phase: a bar that grows in a terminal, and in a log only the finished line.
 * @param now milliseconds, from any start
 */
export class ProgressBars {
  private readonly output: ProgressOutput;
  private readonly now: () => number;
  private phase: string | undefined;
  private started = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.output = output;
    this.now = now;
  }

  show(phase: string, done: number, total: number): void {
    if (phase !== this.phase) {
      this.phase = phase;
      this.started = this.now();
    }
    const finished = done >= total;
    const line = this.line(phase, done, total);
    if (this.output.isTTY) this.output.write(`${ERASE_LINE}${line}${finished ? '\n' : ''}`);
    else if (finished) this.output.write(`${line}\n`);
    if (finished) this.phase = undefined;
  }

  /** Ends a bar that was left unfinished, so that what follows has a line of its own. */
  interrupt(): void {
    if (this.phase !== undefined && this.output.isTTY) this.output.write('\n');
    this.phase = undefined;
  }

  private line(phase: string, done: number, total: number): string {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const full = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    const seconds = (this.now() - this.started) / 1000;
    const left = done > 0 && done < total ? `, ${((seconds / done) * (total - done)).toFixed(0)} s left` : '';
    return `${phase.padEnd(NAME_WIDTH)} ${bar} ${done}/${total}  ${seconds.toFixed(1)} s${left}`;
  }
}
