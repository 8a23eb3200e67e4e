import { existsSync } from 'node:fs';
import { benchScript } from './bench-script.ts';
import { LineProcess } from './line-process.ts';

const DEFAULT_PYTHON = '/tmp/venv/bin/python';

/** A Python with torch and diffusers, if the machine has one: `$PYTHON`, or the oracles' (scripts/oracle/README.md). */
export function findPython(wish: string | undefined): string | undefined {
  return wish ?? (existsSync(DEFAULT_PYTHON) ? DEFAULT_PYTHON : undefined);
}

/** Starts a program of scripts/bench/ that answers lines. */
export function startPython(python: string, script: string, args: readonly string[]): LineProcess {
  return new LineProcess(python, ['-B', benchScript(script), ...args]); // compiled modules would lie among the sources
}
