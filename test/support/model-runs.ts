import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ModelProcess, runModel } from '../../src/cli/run-model.ts';

/** `npm run model` in a folder of its own. */
export interface ModelRuns {
  readonly root: string;
  readonly models: string;
  /** milliseconds that were waited between attempts, without waiting */
  readonly waits: number[];
  run(args: readonly string[], more?: Partial<ModelProcess>): Promise<{ code: number; out: string; err: string }>;
  clean(): void;
}

const PLENTY = 1e12;
/** milliseconds; enough for a busy machine to answer itself */
const PATIENCE = 20_000;

export function modelRuns(address: () => string): ModelRuns {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-models-')));
  const models = path.join(root, 'models');
  const waits: number[] = [];
  return {
    root,
    models,
    waits,
    async run(args, more = {}) {
      const written = { out: '', err: '' };
      const append = (to: 'out' | 'err') => (text: string) => {
        written[to] += text;
      };
      const code = await runModel(args, {
        stdout: { write: append('out') },
        stderr: { write: append('err') },
        interrupted: new AbortController().signal,
        hub: { address: address(), patience: PATIENCE },
        provider: 'cpu',
        models,
        free: async () => PLENTY,
        wait: async (milliseconds) => void waits.push(milliseconds),
        now: () => new Date('2026-11-24T12:00:00Z'),
        ...more,
      });
      return { code, ...written };
    },
    clean: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** All files under a folder with their bytes, by their path with slashes. */
export function filesUnder(folder: string): Record<string, Buffer> {
  const entries = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = entries.filter((entry) => fs.statSync(path.join(folder, entry)).isFile());
  return Object.fromEntries(
    files.sort().map((entry) => [entry.split(path.sep).join('/'), fs.readFileSync(path.join(folder, entry))]),
  );
}
