import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The same again, or more of it: `CHAOS_SEED=5 CHAOS_KILLS=200 npm run test:chaos`. */
export const CHAOS_SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);

export function chaosKills(usual: number): number {
  return Number(process.env.CHAOS_KILLS ?? usual);
}

/** Kills are no fault of the jobs: here none is given up for having been hit often. */
export const CHAOS_RETRY = { maxAttempts: 1000, firstDelayMs: 10, longestDelayMs: 100 };

/** Whole numbers from 0 to below a limit, the same for the same seed (mulberry32, public domain, T. Ettinger). */
export function randomBelow(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** A process under test, with what it has said so far. */
export interface Mortal {
  readonly lines: readonly string[];
  /** Resolves with the first line that is `line`; rejects if the process ends before. */
  said(line: string): Promise<void>;
  /** Resolves when it has said so many lines. */
  saidLines(count: number): Promise<void>;
  /** SIGKILL: no handler, no flush. */
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Starts a TypeScript file of this folder as a process of its own. */
export function startMortal(script: string, args: readonly string[]): Mortal {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  if (!child.stdout) throw new Error('the child has no stdout');
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  // Lines that were written before the end are read before it is told.
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => child.exitCode);
  const until = (isSo: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isSo()) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      ended.then(() => reject(new Error(`ended before ${what}: ${lines.slice(-3).join(' / ')}`)));
      look();
    });
  return {
    lines,
    ended,
    said: (line) => until(() => lines.includes(line), `"${line}"`),
    saidLines: (count) => until(() => lines.length >= count, `line ${count}`),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface Killing {
  readonly script: string;
  /** for the process, given its number */
  readonly args: (each: number) => readonly string[];
  readonly kills: number;
  /** processes at once */
  readonly beside: number;
  readonly random: (limit: number) => number;
  /** In lines that it says; the moment of the kill is some milliseconds after a line. */
  readonly longestLife: number;
  /** It says its first line before it opens anything; some are killed within so many ms after that. */
  readonly longestStartMs: number;
}

/** One in so many is killed while it starts. */
const STILLBORN = 5;
const LONGEST_DELAY_MS = 12;

/** Starts processes and kills each at a random moment. @returns all that they said */
export async function killRepeatedly(killing: Killing): Promise<string[]> {
  const { script, args, kills, beside, random, longestLife, longestStartMs } = killing;
  const lines: string[] = [];
  let started = 0;
  const lane = async () => {
    while (started < kills) {
      const each = started++;
      const [isStillborn, life, delay, start] = [
        random(STILLBORN) === 0,
        random(longestLife),
        random(LONGEST_DELAY_MS),
        random(longestStartMs),
      ];
      const mortal = startMortal(script, args(each));
      await mortal.saidLines(isStillborn ? 1 : 1 + life);
      await setTimeout(isStillborn ? start : delay);
      await mortal.kill();
      lines.push(...mortal.lines);
    }
  };
  await Promise.all(Array.from({ length: beside }, lane));
  return lines;
}
