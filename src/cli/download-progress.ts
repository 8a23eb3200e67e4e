import type { AddProgress } from '../models/progress.ts';
import type { ProgressOutput } from './progress-bar.ts';

const BAR_WIDTH = 20;
const ERASE_LINE = '\r\u001b[2K';
/** Milliseconds between two drawings of the line. */
const REDRAW = 100;
/** Characters of a file's name that are shown, its end being the telling part. */
const NAME_WIDTH = 34;

/**
 * One line for the file that is being fetched and all of them together; in a log, only a line for each finished file.
 * @param now milliseconds, from any start
 */
export class DownloadProgress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #started: { readonly at: number; readonly bytes: number } | undefined;
  #drawn = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  #lastFinished = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  show(progress: AddProgress): void {
    const now = this.#now();
    // what an earlier run fetched is not this one's speed
    this.#started ??= { at: now, bytes: progress.allDone };
    const isFinished = progress.done >= progress.size;
    if (isFinished && progress.number <= this.#lastFinished) return;
    if (!isFinished && (!this.#output.isTTY || now - this.#drawn < REDRAW)) return;
    this.#drawn = now;
    if (isFinished) this.#lastFinished = progress.number;
    const line = this.#line(progress, now);
    this.#output.write(this.#output.isTTY ? `${ERASE_LINE}${line}${isFinished ? '\n' : ''}` : `${line}\n`);
    this.#isOpen = !isFinished && this.#output.isTTY === true;
  }

  /** Ends a line that is being drawn, so that what follows has one of its own. */
  interrupt(): void {
    if (this.#isOpen) this.#output.write('\n');
    this.#isOpen = false;
  }

  #line({ file, done, size, number, files, allDone, allSize }: AddProgress, now: number): string {
    const { at, bytes } = this.#started as { at: number; bytes: number };
    const full = Math.round((size === 0 ? 1 : done / size) * BAR_WIDTH);
    const speed = now > at ? ((allDone - bytes) / (now - at)) * 1000 : 0;
    const left = speed > 0 && allDone < allSize ? `, ${duration((allSize - allDone) / speed)} left` : '';
    const name = file.length > NAME_WIDTH ? `…${file.slice(1 - NAME_WIDTH)}` : file.padEnd(NAME_WIDTH);
    return (
      `${String(number).padStart(2)}/${files} ${name} ${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${bytesText(done)}` +
      `  all ${bytesText(allDone)} of ${bytesText(allSize)}${speed > 0 ? `, ${bytesText(speed)}/s` : ''}${left}`
    );
  }
}

export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
