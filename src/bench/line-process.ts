import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Another program that answers each line with a line of JSON. */
export class LineProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    // one that can't be started ends its lines, which is where it is noticed
    this.child.on('error', (error) => {
      this.complaints += error.message;
    });
    this.child.stdin.on('error', () => {});
  }

  /** @throws Error with what the program complained of, if it ends instead of answering */
  async answer(): Promise<unknown> {
    const line = await this.lines.next();
    if (line.done) throw new Error(`${this.child.spawnargs.join(' ')} ended:\n${this.complaints}`);
    return JSON.parse(line.value);
  }

  ask(line: string): Promise<unknown> {
    this.child.stdin.write(`${line}\n`);
    return this.answer();
  }

  /** of the running program */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when the program has ended, and its memory is free. */
  async close(): Promise<void> {
    const ended = this.child.exitCode === null && this.child.pid ? once(this.child, 'exit') : undefined;
    this.child.stdin.end();
    await ended;
  }
}
