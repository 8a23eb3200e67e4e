import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../files/write-atomically.ts';
import type { MeasuredParts } from './parts.ts';
import { chartsOf } from './report/charts.ts';
import { renderReport } from './report/report.ts';

/** The shape of the file; another number is another shape, which is not read. */
const VERSION = 2;

interface BenchFile {
  readonly version: typeof VERSION;
  readonly model: string;
  readonly parts: MeasuredParts;
}

/** The parts that a folder has of this model. */
export async function readParts(folder: string, model: string): Promise<MeasuredParts> {
  try {
    const file = JSON.parse(await readFile(path.join(folder, 'bench.json'), 'utf8')) as Partial<BenchFile>;
    return file.version === VERSION && file.model === model ? (file.parts ?? {}) : {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** bench.json, with charts for the report of `npm run evaluate`, and bench.md. */
export async function writeParts(folder: string, model: string, parts: MeasuredParts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = { version: VERSION, model, charts: chartsOf(parts), parts };
  await writeFileAtomically(path.join(folder, 'bench.json'), `${JSON.stringify(file, rounded, 1)}\n`);
  await writeFileAtomically(path.join(folder, 'bench.md'), renderReport(model, parts));
}

const DIGITS = 6;

/** Of milliseconds with fifteen digits nobody reads the last nine. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}
