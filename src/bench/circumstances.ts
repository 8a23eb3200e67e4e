import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** When, where and how something was measured. */
export interface Circumstances {
  readonly command: string;
  /** ISO 8601, to the minute */
  readonly date: string;
  readonly code: string;
  readonly processor: string;
  readonly cores: number;
  /** bytes */
  readonly memory: number;
  readonly versions: Readonly<Record<string, string>>;
  /** processes that wanted a core, mean over a minute, before and after */
  readonly load: readonly [number, number];
}

/** Measures with the circumstances of the measurement. */
export async function underCircumstances<T>(
  command: string,
  measure: () => Promise<T>,
): Promise<{ readonly circumstances: Circumstances; readonly result: T }> {
  const before = loadavg()[0] as number;
  const date = new Date().toISOString().slice(0, 'YYYY-MM-DDThh:mm'.length);
  const result = await measure();
  return { circumstances: { command, date, ...machine(), load: [before, loadavg()[0] as number] }, result };
}

function machine(): Omit<Circumstances, 'command' | 'date' | 'load'> {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return {
    code: describeCode(),
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: cpus().length,
    memory: totalmem(),
    versions: {
      Node: process.versions.node,
      'onnxruntime-node': manifest.dependencies['onnxruntime-node'] ?? 'unknown',
    },
  };
}

function describeCode(): string {
  const cwd = new URL('../..', import.meta.url);
  const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src/engine', 'src/bench', 'scripts/bench') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown commit (no git here)';
  }
}
