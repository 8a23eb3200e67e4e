import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { contentKey, sourceKey } from '../content-key.ts';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** What has to be said of an evaluation for it to be made again. */
export interface Circumstances {
  readonly command: string;
  /** commit, and whether it was changed */
  readonly code: string;
  readonly machine: string;
  /** ISO 8601 */
  readonly date: string;
}

/** Taken at the start: others may commit while it runs. */
export function circumstances(args: readonly string[]): Circumstances {
  return {
    command: ['npm run evaluate', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    code: describeCode(),
    machine: describeMachine(),
    date: new Date().toISOString(),
  };
}

/** Results of other sources of the engine are other results. */
export const engineSources = (): Promise<string> => sourceKey(path.join(ROOT, 'src/engine'));

/** Measures stand on what the inspection knows of pictures. */
export async function measureSources(): Promise<string> {
  const folders = ['src/evaluation/measures', 'src/inspection'];
  return (await Promise.all(folders.map((folder) => sourceKey(path.join(ROOT, folder))))).join(' ');
}

/** Another judge sees otherwise: its code and its weights. */
export async function judgeName(): Promise<string> {
  const folder = path.join(ROOT, 'src/evaluation/judge');
  const weights = await readFile(path.join(folder, 'weights/judge.json'), 'utf8');
  return contentKey([await sourceKey(folder), weights]);
}

const JUDGE_FILE = z.object({
  heldOut: z.object({ throughVae: z.object({ accuracy: z.record(z.string(), z.number()) }) }),
});

/** Share of held-out scenes in which the judge is right, by attribute. */
export async function judgeAccuracies(): Promise<Record<string, number>> {
  const file = path.join(ROOT, 'src/evaluation/judge/weights/judge.json');
  return JUDGE_FILE.parse(JSON.parse(await readFile(file, 'utf8'))).heldOut.throughVae.accuracy;
}

function describeMachine(): string {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.availableParallelism()} cores of ${cpu?.model.trim() ?? 'an unknown processor'}, ${memory} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`;
}

function describeCode(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src/engine', 'src/evaluation', 'src/inspection') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown commit (no git here)';
  }
}
